// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IRouterOwner
/// @notice What the facets ask the router they run in.
interface IRouterOwner {
    /// @notice The owner of the system: the dispatcher's, which two steps and a delay protect.
    function owner() external view returns (address);
}
