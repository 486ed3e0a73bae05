// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256 private count;

    function total() external view returns (uint256) { return count; }
}
