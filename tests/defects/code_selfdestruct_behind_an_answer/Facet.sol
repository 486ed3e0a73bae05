// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface IFlag {
    function ok() external view returns (bool);
}

contract Facet {
    function close(IFlag flag, address payable to) external {
        require(flag.ok());
        selfdestruct(to);
    }
}
