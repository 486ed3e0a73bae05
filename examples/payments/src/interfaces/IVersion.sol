// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IVersion
/// @notice What runs here, and whether its keepers are alive.
interface IVersion {
    event Heartbeat(address indexed keeper);

    /// @notice The version of the payments system, semantic.
    function version() external pure returns (string memory);
    /// @notice The name of the payments system.
    function systemName() external pure returns (string memory);
    /// @notice Records that the caller is alive. Writes one time stamp of the caller and calls nothing: the one
    /// mutating function that takes no lock, so that a keeper can report from inside a payment's callback.
    function heartbeat() external;
    /// @notice When `keeper` last reported; 0 if never.
    function lastHeartbeat(address keeper) external view returns (uint64);
}
