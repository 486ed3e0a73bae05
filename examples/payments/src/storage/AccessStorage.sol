// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title AccessStorage
/// @notice Who holds which role. The administrator is not here: it is the router's owner.
library AccessStorage {
    /// @custom:storage-location erc7201:payrox.example.access
    struct Layout {
        mapping(bytes32 role => mapping(address account => bool)) members;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.access")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x0f4a0342c061f772f9d4b5f36d3702a44863cb14a9791d60a9664b661f1c4500;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
