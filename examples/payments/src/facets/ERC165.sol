// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccessControl } from "../interfaces/IAccessControl.sol";
import { IERC165 } from "../interfaces/IERC165.sol";
import { Access } from "../libraries/Access.sol";
import { Roles } from "../libraries/Roles.sol";
import { InterfaceStorage } from "../storage/InterfaceStorage.sol";

/// @title ERC165
contract ERC165 is IERC165 {
    bytes4 private constant INVALID = 0xffffffff;

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        if (interfaceId == INVALID) return false;
        return interfaceId == this.supportsInterface.selector
            || interfaceId == type(IAccessControl).interfaceId
            || InterfaceStorage.layout().supported[interfaceId];
    }

    /// @inheritdoc IERC165
    function registerInterface(bytes4 interfaceId, bool supported) external {
        Access.requireRole(Roles.MANAGER);
        if (interfaceId == INVALID) revert InvalidInterfaceId(interfaceId);

        InterfaceStorage.layout().supported[interfaceId] = supported;

        emit InterfaceRegistered(interfaceId, supported);
    }
}
