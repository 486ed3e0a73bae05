// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function decimals() external pure returns (uint256) {
        return 18;
    }
}
