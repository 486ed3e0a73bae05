// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function fee() external pure returns (uint16) {
        return 100;
    }
}
