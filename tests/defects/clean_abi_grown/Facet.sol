// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function fee(address payer) external pure returns (uint16 rate) {
        return payer == address(0) ? 0 : 100;
    }

    function maxFee() external pure returns (uint16) {
        return 1_000;
    }
}
