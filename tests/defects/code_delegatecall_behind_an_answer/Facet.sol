// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface IFlag {
    function value() external view returns (uint256);
}

contract Facet {
    function run(address target) external {
        if (IFlag(target).value() == 7) {
            (bool done,) = target.delegatecall("");
            require(done);
        }
    }
}
