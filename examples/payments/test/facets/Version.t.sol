// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IVersion } from "../../src/interfaces/IVersion.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract VersionTest is PaymentsTest {
    function test_it_names_itself() public view {
        assertEq(system.version(), "1.0.0", "version");
        assertEq(system.systemName(), "PayRox Payments", "name");
    }

    function test_a_heartbeat_is_the_callers_own() public {
        assertEq(system.lastHeartbeat(alice), 0, "never");

        vm.expectEmit(address(router));
        emit IVersion.Heartbeat(alice);
        vm.prank(alice);
        system.heartbeat();

        assertEq(system.lastHeartbeat(alice), block.timestamp, "now");
        assertEq(system.lastHeartbeat(bob), 0, "not somebody else's");
    }
}
