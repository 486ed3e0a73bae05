// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function total(uint256 from) external pure returns (uint256 sum) {
        for (uint256 i = 0; i < 100; i++) {
            sum ^= uint256(keccak256(abi.encode(from, i)));
        }
    }
}
