// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function nothing() external pure returns (uint256) {
        return 1;
    }
}
