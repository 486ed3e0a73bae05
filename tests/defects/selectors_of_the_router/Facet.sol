// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function facetAddress(bytes4) external view returns (address) {
        return address(this);
    }
}
