// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IAccessControl
/// @notice Roles, with the five functions and the interface id of OpenZeppelin's IAccessControl.
/// @dev The administrator `0x00` is the router's owner, holds every role, and can neither be granted nor revoked
/// here: there is no initialiser that someone could call first, and ownership moves only by the dispatcher's two steps.
interface IAccessControl {
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);

    /// @notice `account` called what only a holder of `role` may call.
    error MissingRole(address account, bytes32 role);
    /// @notice The administrator changes by a transfer of the router's ownership only.
    error AdministratorIsOwner();
    /// @notice A role is renounced by its holder only.
    error BadConfirmation(address sender, address confirmation);

    /// @notice Whether `account` holds `role`; the router's owner holds all of them.
    function hasRole(bytes32 role, address account) external view returns (bool);
    /// @notice Always `0x00`, the administrator.
    function getRoleAdmin(bytes32 role) external view returns (bytes32);
    /// @notice Gives `role` to `account`. Only the administrator.
    function grantRole(bytes32 role, address account) external;
    /// @notice Takes `role` from `account`. Only the administrator.
    function revokeRole(bytes32 role, address account) external;
    /// @notice Gives up one's own role.
    /// @param confirmation The caller again, against a transaction meant for another account.
    function renounceRole(bytes32 role, address confirmation) external;
}
