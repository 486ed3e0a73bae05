// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Unit } from "../Unit.sol";

/// @notice `stage` and `activate` before the first epoch.
contract Bootstrap is Unit {
    Plan private first;

    function setUp() public override {
        super.setUp();
        config.name = "bare";
        (address bare, address bareRouter) = launcher.launch(config);
        dispatcher = IManifestDispatcher(bare);
        router = IPayRoxRouter(bareRouter);
        first = planFor(firstRoutes());
    }

    function stageAs(address who) private {
        vm.prank(who);
        dispatcher.stage(first);
    }

    function activateAs(address who) private {
        vm.prank(who);
        dispatcher.activate(first, "");
    }

    function test_a_system_without_a_manifest_serves_nothing_and_says_so() public {
        (uint64 epoch, bytes32 id, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        assertEq(epoch, 0, "epoch");
        assertEq(at, 0, "time");
        assertEq(manifest, address(0), "manifest");
        assertEq(id | root, bytes32(0), "plan and root");
        assertEq(first.parent, bytes32(0), "epoch 1 has a parent");
        assertTrue(dispatcher.verifySystemIntegrity(), "an empty system is intact");
        expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(0));
        this.callRouter("");
    }

    function callRouter(bytes calldata data) external {
        (bool ok, bytes memory result) = address(router).call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }

    // --- stops without a manifest ---

    function assertNoSlot() private view {
        assertEq(
            vm.load(address(router), slotOf(0)), bytes32(0), "something serves, or stops, the selector zero"
        );
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity is denied");
    }

    function test_A37_H12_stops_before_epoch_1_write_no_route() public {
        pause();
        assertNoSlot();
        unpause();
        assertNoSlot();
        halt();
        assertNoSlot();
        vm.prank(owner);
        dispatcher.repair(new bytes4[](0));
        assertNoSlot();
        unpause();
        assertNoSlot();
    }

    /// @dev Epoch 1 without a RECEIVE route, so that nothing of it lies in the slot of the selector zero.
    function test_A37_H12_no_ether_gets_stuck_after_stops_before_epoch_1() public {
        pause();
        unpause();
        vm.prank(owner);
        dispatcher.repair(new bytes4[](0));
        add(address(counter), Counter.increment.selector, 0);
        first = planFor(take());
        stageAs(bootstrapper);
        activateAs(bootstrapper);
        vm.deal(address(this), 1 ether);
        (bool ok, bytes memory reason) = address(router).call{ value: 1 ether }("");
        assertFalse(ok, "ether is stuck");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, bytes4(0)), "another reason");
    }

    function test_the_bootstrapper_stages_and_activates_at_once() public {
        stageAs(bootstrapper);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, time(), "the bootstrapper waits");
        activateAs(bootstrapper);
        assertEq(activeEpoch(), 1, "no epoch 1");
        assertServed(firstRoutes());
    }

    function test_the_bootstrapper_waits_for_notBefore() public {
        first.notBefore = uint64(time()) + 10;
        stageAs(bootstrapper);
        expectError(IManifestDispatcher.TooEarly.selector, time() + 10, time());
        activateAs(bootstrapper);
    }

    function test_the_owner_does_epoch_1_too_with_the_delay() public {
        stageAs(owner);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, time() + DELAY, "the owner does not wait");
        vm.warp(eta);
        activateAs(owner);
        assertEq(activeEpoch(), 1, "no epoch 1");
    }

    function test_the_bootstrapper_activates_what_the_owner_staged_no_earlier() public {
        stageAs(owner);
        expectError(IManifestDispatcher.TooEarly.selector, time() + DELAY, time());
        activateAs(bootstrapper);
        vm.warp(time() + DELAY);
        activateAs(bootstrapper);
        assertEq(activeEpoch(), 1, "no epoch 1");
    }

    function test_A11_nobody_else_does_epoch_1() public {
        address[3] memory others = [stranger, guardian, operator];
        for (uint256 i = 0; i < others.length; i++) {
            expectUnauthorized(others[i]);
            stageAs(others[i]);
        }
        stageAs(bootstrapper);
        expectUnauthorized(stranger);
        activateAs(stranger);
        expectUnauthorized(guardian);
        activateAs(guardian);
        activateAs(operator);
    }

    function test_C20_a_freeze_stops_the_bootstrapper_too() public {
        freeze();
        expectError(IManifestDispatcher.SystemFrozen.selector);
        stageAs(bootstrapper);
    }

    function test_A54_the_bootstrapper_has_no_right_after_epoch_1() public {
        stageAs(bootstrapper);
        activateAs(bootstrapper);
        Plan memory next = planFor(secondRoutes());
        expectUnauthorized(bootstrapper);
        vm.prank(bootstrapper);
        dispatcher.stage(next);
        stage(next);
        warpToEta();
        expectUnauthorized(bootstrapper);
        vm.prank(bootstrapper);
        dispatcher.activate(next, "");
        // A rollback to epoch 1 does not bring it back.
        assertEq(dispatcher.bootstrapper(), bootstrapper, "the name stays");
    }

    function test_C6_a_bootstrapper_of_zero_is_nobody() public {
        config.bootstrapper = address(0);
        (address bare,) = launcher.launch(config);
        first.router = IManifestDispatcher(bare).router();
        expectUnauthorized(bootstrapper);
        vm.prank(bootstrapper);
        IManifestDispatcher(bare).stage(first);
    }

    function test_an_expired_bootstrap_is_replaced() public {
        stageAs(bootstrapper);
        vm.warp(time() + WINDOW + 1);
        expectError(IManifestDispatcher.Expired.selector, time() - 1, time());
        activateAs(bootstrapper);
        stageAs(bootstrapper);
        activateAs(bootstrapper);
        assertEq(activeEpoch(), 1, "no epoch 1");
    }
}
