// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Init {
    function init() external {
        (bool done,) = address(uint160(uint256(blockhash(block.number - 1)))).delegatecall("");
        require(done);
    }
}
