// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Init {
    uint256 private immutable started = block.timestamp;

    function init() external {
        uint256 value = started;
        assembly {
            sstore(0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300, value)
        }
    }
}
