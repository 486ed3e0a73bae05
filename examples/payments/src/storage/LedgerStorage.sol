// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title LedgerStorage
/// @notice What the system owes to whom. Ether is the token `address(0)`; the fees are the router's own balance.
library LedgerStorage {
    /// @custom:storage-location erc7201:payrox.example.ledger
    struct Layout {
        mapping(address account => mapping(address token => uint256)) balances;
        /// Balances, open escrows and rewards together: what the router must hold of the token at least.
        mapping(address token => uint256) liabilities;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.ledger")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x4f5f4d4fdb00486f68c4ea623c7df28f604659ea1cefe757895e9ebc8f944500;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
