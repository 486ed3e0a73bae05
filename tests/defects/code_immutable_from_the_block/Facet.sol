// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256 private immutable since;

    constructor() {
        uint256 day = block.timestamp / 1 days;
        since = day * 1 days;
    }

    function begun() external view returns (uint256) {
        return since;
    }
}
