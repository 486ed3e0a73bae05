// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function pay(uint256 x) external {
        assembly {
            sstore(5, x)
        }
    }

    function total() external view returns (uint256 x) {
        assembly {
            x := sload(5)
        }
    }
}
