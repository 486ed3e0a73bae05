// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface Token { }

contract Fees {
    function setFee(Token, uint8 rate) external pure returns (uint8) {
        return rate;
    }

    function setFee(Token, uint16 rate) external pure returns (uint16) {
        return rate;
    }
}
