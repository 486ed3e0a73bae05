// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IERC165 } from "../../src/interfaces/IERC165.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract ERC165Test is PaymentsTest {
    function test_it_announces_itself_and_the_access_control_of_openzeppelin() public view {
        assertTrue(system.supportsInterface(0x01ffc9a7), "EIP-165");
        assertTrue(system.supportsInterface(0x7965db0b), "OpenZeppelin's IAccessControl");
        assertFalse(system.supportsInterface(0xffffffff), "never");
        assertFalse(system.supportsInterface(0xdeadbeef), "unknown");
    }

    function test_the_manager_announces_an_interface_and_takes_it_back() public {
        vm.startPrank(manager);
        vm.expectEmit(address(router));
        emit IERC165.InterfaceRegistered(0xdeadbeef, true);
        system.registerInterface(0xdeadbeef, true);
        assertTrue(system.supportsInterface(0xdeadbeef), "announced");

        system.registerInterface(0xdeadbeef, false);
        assertFalse(system.supportsInterface(0xdeadbeef), "taken back");
    }

    function test_a_stranger_cannot_announce_and_nobody_can_announce_the_invalid_id() public {
        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.registerInterface(0xdeadbeef, true);

        vm.prank(manager);
        vm.expectRevert(abi.encodeWithSelector(IERC165.InvalidInterfaceId.selector, bytes4(0xffffffff)));
        system.registerInterface(0xffffffff, true);
    }
}
