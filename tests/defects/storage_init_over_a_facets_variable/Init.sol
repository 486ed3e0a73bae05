// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Init {
    uint256 private done;

    function init() external {
        done = 1;
    }
}
