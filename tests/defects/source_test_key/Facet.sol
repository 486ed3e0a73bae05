// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function isKeeper(address account) external pure returns (bool) {
        return account == 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
    }
}
