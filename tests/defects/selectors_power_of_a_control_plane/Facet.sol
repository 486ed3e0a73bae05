// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function transferOwnership(address to) external pure returns (address) {
        return to;
    }
}
