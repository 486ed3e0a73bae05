// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccessControl } from "../interfaces/IAccessControl.sol";
import { IRouterOwner } from "../interfaces/IRouterOwner.sol";
import { AccessStorage } from "../storage/AccessStorage.sol";
import { Roles } from "./Roles.sol";

/// @title Access
/// @notice Decides who may call what.
library Access {
    function requireRole(bytes32 role) internal view {
        if (!holds(role, msg.sender)) revert IAccessControl.MissingRole(msg.sender, role);
    }

    function holds(bytes32 role, address account) internal view returns (bool) {
        if (role != Roles.ADMINISTRATOR && AccessStorage.layout().members[role][account]) return true;
        return account == IRouterOwner(address(this)).owner();
    }
}
