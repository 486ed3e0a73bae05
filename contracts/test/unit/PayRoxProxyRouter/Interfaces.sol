// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A facet with a `supportsInterface` that knows one id, while its storage says so, and a few strange answers.
contract Interfaces {
    error Refused();

    function supportsInterface(bytes4 id) external view returns (bool known) {
        bytes32 slot = keccak256("test.interfaces");
        assembly ("memory-safe") {
            known := sload(slot)
        }
        if (id == 0x12345678) return known;
        if (id == 0x99999901) revert Refused();
        if (id == 0x99999902) {
            assembly ("memory-safe") {
                mstore(0, 2)
                return(0, 32)
            }
        }
        if (id == 0x99999903) {
            assembly ("memory-safe") {
                mstore(0, not(0))
                return(0, 31)
            }
        }
        if (id == 0x99999904) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        return false;
    }
}
