// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Init {
    function init() external {
        selfdestruct(payable(msg.sender));
    }
}
