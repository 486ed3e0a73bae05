// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccounts } from "../interfaces/IAccounts.sol";

/// @title ProfileStorage
/// @notice What account holders say about themselves.
library ProfileStorage {
    /// @custom:storage-location erc7201:payrox.example.profiles
    struct Layout {
        mapping(address account => IAccounts.Profile) profiles;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.profiles")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
