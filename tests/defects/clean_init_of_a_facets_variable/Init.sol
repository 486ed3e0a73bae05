// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Init {
    address public treasury;

    function init() external {
        treasury = msg.sender;
    }
}
