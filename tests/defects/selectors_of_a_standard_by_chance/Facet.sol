// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function gasprice_bit_ether(int128 price) external pure returns (int128) {
        return price;
    }
}
