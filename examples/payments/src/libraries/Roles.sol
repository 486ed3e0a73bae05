// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title Roles
/// @notice The roles of the payments system.
library Roles {
    /// @notice The router's owner.
    bytes32 internal constant ADMINISTRATOR = 0x00;
    /// @notice Fee, tokens, rates and announced interfaces.
    bytes32 internal constant MANAGER = keccak256("payments.manager");
    /// @notice Takes fees and stray money out.
    bytes32 internal constant TREASURER = keccak256("payments.treasurer");
    /// @notice Deploys contracts through the factory in the system's name.
    bytes32 internal constant PUBLISHER = keccak256("payments.publisher");
}
