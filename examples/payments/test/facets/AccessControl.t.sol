// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccessControl } from "../../src/interfaces/IAccessControl.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract AccessControlTest is PaymentsTest {
    function test_the_routers_owner_holds_every_role_and_nobody_else_does() public view {
        assertTrue(system.hasRole(0x00, owner), "owner administers");
        assertTrue(system.hasRole(PUBLISHER, owner), "owner publishes");
        assertFalse(system.hasRole(0x00, manager), "manager does not administer");
        assertFalse(system.hasRole(MANAGER, stranger), "stranger does not manage");
        assertEq(system.getRoleAdmin(MANAGER), bytes32(0), "role of the administrator");
    }

    function test_a_role_is_granted_and_revoked_by_the_owner_with_one_event_each() public {
        vm.startPrank(owner);
        vm.expectEmit(address(router));
        emit IAccessControl.RoleGranted(PUBLISHER, alice, owner);
        system.grantRole(PUBLISHER, alice);
        assertTrue(system.hasRole(PUBLISHER, alice), "granted");

        vm.expectEmit(address(router));
        emit IAccessControl.RoleRevoked(PUBLISHER, alice, owner);
        system.revokeRole(PUBLISHER, alice);
        assertFalse(system.hasRole(PUBLISHER, alice), "revoked");

        vm.recordLogs();
        system.revokeRole(PUBLISHER, alice);
        assertEq(vm.getRecordedLogs().length, 0, "nothing changed, nothing emitted");
    }

    function test_a_manager_cannot_grant_or_revoke() public {
        vm.startPrank(manager);
        expectMissingRole(manager, 0x00);
        system.grantRole(MANAGER, alice);
        expectMissingRole(manager, 0x00);
        system.revokeRole(MANAGER, manager);
    }

    function test_the_administrator_is_neither_granted_nor_revoked_nor_renounced() public {
        vm.startPrank(owner);
        expectError(IAccessControl.AdministratorIsOwner.selector);
        system.grantRole(0x00, alice);
        expectError(IAccessControl.AdministratorIsOwner.selector);
        system.revokeRole(0x00, owner);
        expectError(IAccessControl.AdministratorIsOwner.selector);
        system.renounceRole(0x00, owner);
    }

    function test_a_role_is_renounced_by_its_holder_only() public {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.BadConfirmation.selector, stranger, manager));
        system.renounceRole(MANAGER, manager);

        vm.prank(manager);
        system.renounceRole(MANAGER, manager);
        assertFalse(system.hasRole(MANAGER, manager), "renounced");
    }
}
