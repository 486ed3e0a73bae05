// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Two {
    function noted() external view returns (uint256 x) {
        assembly {
            x := sload(1)
        }
    }
}
