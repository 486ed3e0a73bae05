// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IRefunds } from "../interfaces/IRefunds.sol";

/// @title RefundStorage
/// @notice Open requests for money back.
library RefundStorage {
    /// @custom:storage-location erc7201:payrox.example.refunds
    struct Layout {
        /// Seconds after a payment; 0 means the default.
        uint32 window;
        mapping(uint256 paymentId => IRefunds.Request) requests;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.refunds")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0xc3a395b6bee65ffee698206980afad36abd324a256a8822e895fa2cca0f17600;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
