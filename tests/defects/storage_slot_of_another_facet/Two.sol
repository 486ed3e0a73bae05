// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Two {
    function note(uint256 x) external {
        assembly {
            sstore(1, x)
        }
    }
}
