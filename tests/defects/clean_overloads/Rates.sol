// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Rates {
    function setFee(address, uint8 rate) external pure returns (uint8) {
        return rate + 1;
    }

    function setFee(uint8 rate, address) external pure returns (uint8) {
        return rate + 2;
    }
}
