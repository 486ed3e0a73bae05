// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Two {
    uint256 transient paid;

    function two() external {
        paid += 1;
    }
}
