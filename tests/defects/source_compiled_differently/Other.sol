// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Other {
    function other() external pure returns (uint256) {
        return 2;
    }
}
