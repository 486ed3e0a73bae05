// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IEscrow } from "../interfaces/IEscrow.sol";

/// @title EscrowStorage
/// @notice Money that waits for a decision.
library EscrowStorage {
    /// @custom:storage-location erc7201:payrox.example.escrow
    struct Layout {
        uint256 count;
        mapping(uint256 id => IEscrow.Deal) deals;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.escrow")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x482cfea021181f690130dfcc665a75f0b2cc1addcc7bfb91014f18e48e12c300;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
