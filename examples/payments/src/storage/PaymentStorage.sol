// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayments } from "../interfaces/IPayments.sol";

/// @title PaymentStorage
/// @notice Every payment that was settled, the fee and the accepted tokens.
library PaymentStorage {
    /// @custom:storage-location erc7201:payrox.example.payments
    struct Layout {
        uint16 fee;
        uint256 count;
        mapping(uint256 id => IPayments.Payment) payments;
        mapping(address token => bool) allowed;
        mapping(address token => uint256) totalPaid;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.payments")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x903924d3cdd69b34bd846ce6cd97f356cc1fa8cb9bd6485165da1c63e1992d00;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
