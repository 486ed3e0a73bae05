// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title ITreasury
/// @notice How the operator of the system takes out what is the system's own, and never more.
interface ITreasury {
    event FeesWithdrawn(address indexed token, address indexed to, uint256 amount);
    event Swept(address indexed token, address indexed to, uint256 amount);

    /// @notice Sends collected fees out. Only the treasurer.
    function withdrawFees(address token, address to, uint256 amount) external;
    /// @notice Sends out what arrived without a call, such as plain ether. Only the treasurer.
    function sweep(address token, address to) external returns (uint256 amount);
    /// @notice What the router holds beyond what it owes.
    function surplus(address token) external view returns (uint256);
}
