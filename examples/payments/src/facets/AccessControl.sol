// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccessControl } from "../interfaces/IAccessControl.sol";
import { Access } from "../libraries/Access.sol";
import { Roles } from "../libraries/Roles.sol";
import { AccessStorage } from "../storage/AccessStorage.sol";

/// @title AccessControl
contract AccessControl is IAccessControl {
    /// @inheritdoc IAccessControl
    function hasRole(bytes32 role, address account) external view returns (bool) {
        return Access.holds(role, account);
    }

    /// @inheritdoc IAccessControl
    function getRoleAdmin(bytes32) external pure returns (bytes32) {
        return Roles.ADMINISTRATOR;
    }

    /// @inheritdoc IAccessControl
    function grantRole(bytes32 role, address account) external {
        Access.requireRole(Roles.ADMINISTRATOR);
        if (role == Roles.ADMINISTRATOR) revert AdministratorIsOwner();

        _set(role, account, true);
    }

    /// @inheritdoc IAccessControl
    function revokeRole(bytes32 role, address account) external {
        Access.requireRole(Roles.ADMINISTRATOR);
        if (role == Roles.ADMINISTRATOR) revert AdministratorIsOwner();

        _set(role, account, false);
    }

    /// @inheritdoc IAccessControl
    function renounceRole(bytes32 role, address confirmation) external {
        if (confirmation != msg.sender) revert BadConfirmation(msg.sender, confirmation);
        if (role == Roles.ADMINISTRATOR) revert AdministratorIsOwner();

        _set(role, msg.sender, false);
    }

    function _set(bytes32 role, address account, bool member) private {
        mapping(address => bool) storage members = AccessStorage.layout().members[role];
        if (members[account] == member) return;

        members[account] = member;

        if (member) emit RoleGranted(role, account, msg.sender);
        else emit RoleRevoked(role, account, msg.sender);
    }
}
