// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { Acts } from "../harness/Acts.sol";
import { PAUSE_EXEMPT, STATE } from "../harness/Flags.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Route } from "../harness/Manifests.sol";
import { Reentrant } from "../harness/facets/Caller.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { Token } from "../harness/facets/Token.sol";
import { Views } from "../harness/facets/Views.sol";

/// @notice Stopping, going back and starting again.
contract ControlAttacks is LiveSystem {
    function only(bytes4 selector) private pure returns (bytes4[] memory one) {
        one = new bytes4[](1);
        one[0] = selector;
    }

    function forbid(bytes4 selector) private {
        vm.prank(guardian);
        dispatcher.forbid(only(selector));
    }

    function pause() private {
        vm.prank(guardian);
        dispatcher.pause();
    }

    function callRoute(bytes4 selector) private returns (bool ok, bytes memory answer) {
        return address(router).call(abi.encodePacked(selector, new bytes(128)));
    }

    // --- pause ---

    function test_A37_I7_C14_a_paused_router_serves_what_is_exempt_and_nothing_else() public {
        pause();
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            bytes4 selector = routes[i].selector;
            if (selector == Counter.burnGas.selector) continue;
            (bool ok, bytes memory reason) = callRoute(selector);
            if (routes[i].flags & PAUSE_EXEMPT != 0) {
                assertTrue(
                    errorOf(reason) != IPayRoxRouter.RoutePaused.selector || ok, "an exempt route is paused"
                );
            } else if (selector != bytes4(0)) {
                assertFalse(ok, "a paused route answered");
                assertEq(
                    reason, abi.encodeWithSelector(IPayRoxRouter.RoutePaused.selector, selector), "reason"
                );
            }
        }
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(Counter.increment, ());
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        router.batch(calls);

        assertTrue(router.paused(), "the router does not say so");
        assertEq(router.facetAddress(Counter.increment.selector), address(counter), "the loupe is paused");
        assertEq(router.owner(), owner, "owner() is paused");
        assertTrue(router.supportsInterface(0x01ffc9a7), "ERC-165 is paused");
    }

    function test_A37_C14_pause_then_unpause_is_the_identity() public {
        bytes32 before = routerState();
        pause();
        assertNotEq(routerState(), before, "pause wrote nothing");
        vm.prank(owner);
        dispatcher.unpause();
        assertEq(routerState(), before, "unpause left something behind");
        assertServed(firstRoutes());
    }

    function test_A37_pausing_while_paused_writes_again() public {
        pause();
        bytes32 slot = slotOf(Counter.increment.selector);
        bytes32 right = vm.load(address(router), slot);
        vm.store(address(router), slot, bytes32(uint256(uint160(address(views))) | (uint256(0x40) << 160)));
        pause();
        assertEq(vm.load(address(router), slot), right, "a spoilt slot stayed open");
    }

    function test_A37_halt_closes_exempt_routes_too() public {
        vm.prank(guardian);
        dispatcher.halt();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
        vm.prank(owner);
        dispatcher.unpause();
        assertEq(asCounter().count(), 0, "unpause does not lift halt");
    }

    function test_A38_A54_strangers_do_not_stop_and_guardians_do_not_start() public {
        bytes[] memory stops = new bytes[](4);
        stops[0] = abi.encodeCall(dispatcher.pause, ());
        stops[1] = abi.encodeCall(dispatcher.halt, ());
        stops[2] = abi.encodeCall(dispatcher.freeze, ());
        stops[3] = abi.encodeCall(dispatcher.forbid, (only(Counter.increment.selector)));
        address[2] memory others = [stranger, operator];
        for (uint256 i = 0; i < stops.length; i++) {
            for (uint256 j = 0; j < others.length; j++) {
                refuse(others[j], stops[i]);
            }
        }
    }

    function test_A54_a_guardian_has_no_power_that_starts_or_changes() public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
        pause();
        forbid(Counter.increment.selector);
        refuse(guardian, abi.encodeCall(dispatcher.unpause, ()));
        refuse(guardian, abi.encodeCall(dispatcher.unfreeze, ()));
        refuse(guardian, abi.encodeCall(dispatcher.allow, (only(Counter.increment.selector))));
        refuse(guardian, abi.encodeCall(dispatcher.stage, (plan)));
        refuse(guardian, abi.encodeCall(dispatcher.activate, (plan, "")));
        refuse(guardian, abi.encodeCall(dispatcher.rollback, (1, 1, planOf[1])));
        refuse(guardian, abi.encodeCall(dispatcher.revoke, (plan.manifest)));
        refuse(guardian, abi.encodeCall(dispatcher.repair, (new bytes4[](0))));
        refuse(guardian, abi.encodeCall(dispatcher.setGuardian, (stranger, true)));
        refuse(guardian, abi.encodeCall(dispatcher.setOperator, (stranger, true)));
        refuse(guardian, abi.encodeCall(dispatcher.setDelay, (1)));
        refuse(guardian, abi.encodeCall(dispatcher.requestSeal, (1)));
        refuse(guardian, abi.encodeCall(dispatcher.seal, (1)));
        refuse(guardian, abi.encodeCall(dispatcher.transferOwnership, (guardian)));
        refuse(guardian, abi.encodeCall(dispatcher.acceptOwnership, ()));
    }

    function refuse(address by, bytes memory act) private {
        (bool ok, bytes memory reason) = tryCallAs(by, address(dispatcher), act);
        assertFalse(ok, "an act without its role succeeded");
        assertEq(
            reason, abi.encodeWithSelector(IManifestDispatcher.Unauthorized.selector, by), "another reason"
        );
    }

    // --- freeze and seal ---

    function test_A39_C19_C20_H9_freeze_stops_stage_and_activate_and_nothing_else() public {
        Plan memory second = release(planFor(secondRoutes()), "");
        Plan memory third = planFor(firstRoutes());
        vm.prank(guardian);
        dispatcher.freeze();

        expectError(IManifestDispatcher.SystemFrozen.selector);
        vm.prank(owner);
        dispatcher.stage(third);
        asCounter().increment();
        pause();
        vm.prank(guardian);
        dispatcher.undo(2, second, planOf[1]);
        assertServed(firstRoutes());
        vm.prank(owner);
        dispatcher.rollback(3, 2, second);
        assertServed(secondRoutes());
        assertTrue(isPaused(), "a rollback unpaused");
    }

    function test_A39_C20_a_sealed_system_is_final_and_still_stops() public {
        release(planFor(secondRoutes()), "");
        sealNow();
        Plan memory plan = planFor(firstRoutes());
        bytes[] memory ended = new bytes[](9);
        ended[0] = abi.encodeCall(dispatcher.stage, (plan));
        ended[1] = abi.encodeCall(dispatcher.activate, (plan, ""));
        ended[2] = abi.encodeCall(dispatcher.rollback, (2, 1, planOf[1]));
        ended[3] = abi.encodeCall(dispatcher.revoke, (plan.manifest));
        ended[4] = abi.encodeCall(dispatcher.setDelay, (5));
        ended[5] = abi.encodeCall(dispatcher.setOperator, (stranger, true));
        ended[6] = abi.encodeCall(dispatcher.freeze, ());
        ended[7] = abi.encodeCall(dispatcher.requestSeal, (2));
        ended[8] = abi.encodeCall(dispatcher.seal, (2));
        for (uint256 i = 0; i < ended.length; i++) {
            (bool ok, bytes memory reason) = tryCallAs(owner, address(dispatcher), ended[i]);
            assertFalse(ok, "a sealed system changed");
            assertEq(
                reason, abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector), "another reason"
            );
        }
        pause();
        vm.startPrank(owner);
        dispatcher.unpause();
        dispatcher.forbid(only(Views.echo.selector));
        dispatcher.allow(only(Views.echo.selector));
        dispatcher.repair(new bytes4[](0));
        dispatcher.setGuardian(stranger, true);
        dispatcher.transferOwnership(operator);
        vm.stopPrank();
        vm.prank(operator);
        dispatcher.acceptOwnership();
        assertEq(dispatcher.owner(), operator, "ownership stopped with the seal");
    }

    /// @notice 10,000 calls by every kind of caller leave manifest, epoch and history as they were. Three in four are acts with
    /// arguments that decode, so that a guard answers; the rest has a random selector.
    function test_A39_I6_ten_thousand_random_calls_do_not_move_a_sealed_system() public {
        release(planFor(secondRoutes()), "");
        bytes[] memory acts = Acts.ofDispatcher(
            Acts.Subject({
                next: planFor(firstRoutes()),
                activePlan: planOf[2],
                parent: planOf[1],
                epoch: 2,
                planId: dispatcher.planId(planFor(firstRoutes())),
                guardian: guardian,
                account: stranger,
                selector: Views.echo.selector
            })
        );
        sealNow();
        bytes32 before = release_();
        address[5] memory callers = [owner, guardian, operator, bootstrapper, stranger];
        uint256[] memory done = new uint256[](acts.length);
        uint256 ended;
        uint256 seed = 1;
        for (uint256 i = 0; i < 10_000; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            address caller_ = callers[(seed >> 128) % 5];
            if (i % 4 == 0) {
                tryCallAs(caller_, address(dispatcher), abi.encodePacked(seed, planOf[1].manifest));
                continue;
            }
            (bool ok, bytes memory reason) =
                tryCallAs(caller_, address(dispatcher), acts[(seed >> 64) % acts.length]);
            if (ok) done[(seed >> 64) % acts.length]++;
            else assertGt(reason.length, 3, "an act failed before its guards");
            if (errorOf(reason) == IManifestDispatcher.SystemSealed.selector) ended++;
        }
        assertEq(release_(), before, "a sealed system moved");
        assertGt(ended, 1000, "the seal was hardly asked");
        for (uint256 i = 0; i < acts.length; i++) {
            assertEq(
                done[i] > 0, goesOnOnceSealed(bytes4(acts[i])), vm.toString(abi.encodePacked(bytes4(acts[i])))
            );
        }
    }

    function goesOnOnceSealed(bytes4 act) private view returns (bool) {
        return act == dispatcher.repair.selector || act == dispatcher.pause.selector
            || act == dispatcher.unpause.selector || act == dispatcher.halt.selector
            || act == dispatcher.forbid.selector || act == dispatcher.allow.selector
            || act == dispatcher.setGuardian.selector || act == dispatcher.transferOwnership.selector
            || act == dispatcher.acceptOwnership.selector;
    }

    function test_A40_a_frozen_plan_does_not_activate_and_obeys_its_window_after() public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        vm.prank(guardian);
        dispatcher.freeze();
        vm.warp(eta);
        expectError(IManifestDispatcher.SystemFrozen.selector);
        vm.prank(owner);
        dispatcher.activate(plan, "");

        vm.prank(owner);
        dispatcher.unfreeze();
        uint256 snapshot = vm.snapshotState();
        activate(plan);
        vm.revertToState(snapshot);
        vm.warp(eta + WINDOW + 1);
        expectError(IManifestDispatcher.Expired.selector, eta + WINDOW, eta + WINDOW + 1);
        vm.prank(owner);
        dispatcher.activate(plan, "");
    }

    function sealNow() private {
        vm.prank(owner);
        dispatcher.requestSeal(2);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.prank(owner);
        dispatcher.seal(2);
    }

    function release_() private view returns (bytes32 digest) {
        (uint64 epoch, bytes32 id, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        digest = keccak256(abi.encode(epoch, id, manifest, root, at));
        for (uint64 i = 0; i < 4; i++) {
            (id, manifest, at) = dispatcher.history(i);
            digest = keccak256(abi.encode(digest, id, manifest, at));
        }
    }

    // --- going back ---

    function test_A41_I14_a_rollback_serves_bit_for_bit_what_was_before() public {
        bytes32 before = routerState();
        release(planFor(secondRoutes()), "");
        rollbackTo(1);
        assertEq(routerState(), before, "the slots differ from those of epoch 1");
        (uint64 epoch, bytes32 id,,,) = dispatcher.active();
        assertEq(epoch, 3, "a rollback is a new epoch");
        assertEq(id, dispatcher.planId(planOf[1]), "its plan id is the target's");
        assertServed(firstRoutes());
    }

    function test_A41_only_an_earlier_activated_epoch_is_gone_back_to() public {
        release(planFor(secondRoutes()), "");
        Plan memory never = planFor(firstRoutes());
        expectError(
            IManifestDispatcher.WrongPlan.selector, dispatcher.planId(never), dispatcher.planId(planOf[1])
        );
        vm.prank(owner);
        dispatcher.rollback(2, 1, never);

        Plan memory first = planOf[1];
        uint64[3] memory epochs = [uint64(0), 2, 3];
        for (uint256 i = 0; i < epochs.length; i++) {
            expectError(IManifestDispatcher.NotAnEarlierEpoch.selector, uint256(epochs[i]));
            vm.prank(owner);
            dispatcher.rollback(2, epochs[i], first);
        }
        expectError(IManifestDispatcher.WrongEpoch.selector, uint256(1), uint256(2));
        vm.prank(owner);
        dispatcher.rollback(1, 1, first);
        refuse(operator, abi.encodeCall(dispatcher.rollback, (2, 1, first)));
    }

    function test_A41_what_was_revoked_does_not_come_back_by_way_of_a_rollback_epoch() public {
        Plan memory first = planOf[1];
        release(planFor(secondRoutes()), "");
        rollbackTo(1);
        rollbackTo(2);
        vm.prank(owner);
        dispatcher.revoke(first.manifest);
        expectError(IManifestDispatcher.Revoked.selector, first.manifest);
        vm.prank(owner);
        dispatcher.rollback(4, 1, first);
        expectError(IManifestDispatcher.Revoked.selector, first.manifest);
        vm.prank(owner);
        dispatcher.rollback(4, 3, first);
    }

    function test_A41_below_the_floor_there_is_no_way_back_and_the_floor_never_falls() public {
        Plan memory second = planFor(secondRoutes());
        second.floor = 2;
        release(second, "");
        Plan memory first = planOf[1];
        expectError(IManifestDispatcher.BelowFloor.selector, uint256(1), uint256(2));
        vm.prank(owner);
        dispatcher.rollback(2, 1, first);
        Plan memory third = planFor(firstRoutes());
        third.floor = 0;
        release(third, "");
        (,,,, uint64 floor,,) = dispatcher.status();
        assertEq(uint256(floor), 2, "the floor fell");
    }

    function test_A41_while_paused_and_frozen_a_rollback_works_and_stays_so() public {
        release(planFor(secondRoutes()), "");
        pause();
        vm.prank(guardian);
        dispatcher.freeze();
        rollbackTo(1);
        assertTrue(isPaused(), "a rollback unpaused");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        vm.prank(owner);
        dispatcher.unpause();
        assertServed(firstRoutes());
    }

    function test_A41_a_facet_that_changed_its_code_is_not_gone_back_to() public {
        bytes32 listed = address(counter).codehash;
        release(planFor(secondRoutes()), "");
        vm.etch(address(caller), hex"00");
        Plan memory first = planOf[1];
        vm.expectPartialRevert(IManifestErrors.CodeHashMismatch.selector);
        vm.prank(owner);
        dispatcher.rollback(2, 1, first);
        assertEq(address(counter).codehash, listed, "another facet changed");
    }

    function test_A41_undo_is_the_guardians_once_and_in_time_and_to_the_parent() public {
        Plan memory second = release(planFor(secondRoutes()), "");
        Plan memory first = planOf[1];
        refuse(owner, abi.encodeCall(dispatcher.undo, (2, second, first)));
        refuse(stranger, abi.encodeCall(dispatcher.undo, (2, second, first)));

        uint256 snapshot = vm.snapshotState();
        vm.warp(vm.getBlockTimestamp() + UNDO_FOR + 1);
        vm.expectPartialRevert(IManifestDispatcher.Expired.selector);
        vm.prank(guardian);
        dispatcher.undo(2, second, first);
        vm.revertToState(snapshot);

        expectError(
            IManifestDispatcher.WrongPlan.selector, dispatcher.planId(second), dispatcher.planId(first)
        );
        vm.prank(guardian);
        dispatcher.undo(2, second, second);

        vm.warp(vm.getBlockTimestamp() + UNDO_FOR);
        vm.prank(guardian);
        dispatcher.undo(2, second, first);
        assertServed(firstRoutes());

        expectError(IManifestDispatcher.NothingToUndo.selector, uint256(3));
        vm.prank(guardian);
        dispatcher.undo(3, first, second);
    }

    function test_A41_a_rollback_epoch_cannot_be_undone() public {
        Plan memory second = release(planFor(secondRoutes()), "");
        rollbackTo(1);
        Plan memory first = planOf[1];
        expectError(IManifestDispatcher.NothingToUndo.selector, uint256(3));
        vm.prank(guardian);
        dispatcher.undo(3, first, second);
    }

    function test_A41_after_the_seal_there_is_no_way_back() public {
        release(planFor(secondRoutes()), "");
        sealNow();
        Plan memory first = planOf[1];
        expectError(IManifestDispatcher.SystemSealed.selector);
        vm.prank(owner);
        dispatcher.rollback(2, 1, first);
        Plan memory second = planOf[2];
        expectError(IManifestDispatcher.SystemSealed.selector);
        vm.prank(guardian);
        dispatcher.undo(2, second, first);
    }

    // --- forbid ---

    function test_A42_C1_I12_every_selector_that_is_forbidden_reverts_on_every_entry() public {
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            bytes4 selector = routes[i].selector;
            forbid(selector);
            bytes memory reason = abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, selector);
            (bool ok, bytes memory answer) =
                selector == bytes4(0) ? address(router).call("") : callRoute(selector);
            assertFalse(ok, "a forbidden selector answered");
            assertEq(answer, reason, "another reason");

            bytes[] memory calls = new bytes[](1);
            calls[0] = selector == bytes4(0) ? bytes("") : abi.encodePacked(selector, new bytes(128));
            vm.expectRevert(reason);
            router.batch(calls);
            vm.prank(owner);
            dispatcher.allow(only(selector));
        }
        assertServed(routes);
    }

    function test_A42_a_nested_call_of_a_forbidden_selector_reverts() public {
        forbid(Counter.setCount.selector);
        bytes memory inner = abi.encodeCall(Counter.setCount, (1));
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.setCount.selector);
        asCaller().callOut(address(router), inner);
    }

    function test_A42_forbid_survives_manifests_and_rollbacks_and_allow_lifts_it() public {
        forbid(Counter.count.selector);
        forbid(Views.administrate.selector);
        forbid(Counter.setCount.selector);
        release(secondRoutes());
        assertForbidden(Counter.count.selector);
        assertForbidden(Views.administrate.selector);
        // Without a route in the second manifest, and forbidden all the same when it comes back.
        assertForbidden(Counter.setCount.selector);
        rollbackTo(1);
        assertForbidden(Counter.count.selector);
        assertForbidden(Views.administrate.selector);
        assertForbidden(Counter.setCount.selector);
        assertTrue(dispatcher.verifySystemIntegrity(), "the marks are no part of integrity");

        vm.startPrank(owner);
        dispatcher.allow(only(Counter.count.selector));
        dispatcher.allow(only(Views.administrate.selector));
        dispatcher.allow(only(Counter.setCount.selector));
        vm.stopPrank();
        assertServed(firstRoutes());
        asCounter().setCount(3);
    }

    function assertForbidden(bytes4 selector) private {
        assertTrue(dispatcher.isForbidden(selector), "the dispatcher forgot");
        (bool ok, bytes memory reason) = callRoute(selector);
        assertFalse(ok, "a forbidden selector answered");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, selector), "reason");
    }

    function test_A42_the_routers_own_and_what_has_no_route_is_not_forbidden() public {
        bytes4[4] memory own = [
            router.owner.selector,
            router.batch.selector,
            router.facets.selector,
            router.supportsInterface.selector
        ];
        for (uint256 i = 0; i < own.length; i++) {
            expectErrorOf(IManifestErrors.ReservedSelector.selector, own[i]);
            vm.prank(guardian);
            dispatcher.forbid(only(own[i]));
        }
        expectErrorOf(IManifestDispatcher.NotRouted.selector, bytes4(0x12345678));
        vm.prank(guardian);
        dispatcher.forbid(only(0x12345678));
        expectErrorOf(IManifestDispatcher.NotRouted.selector, dispatcher.allow.selector);
        vm.prank(guardian);
        dispatcher.forbid(only(dispatcher.allow.selector));
    }

    function test_A42_forbidden_and_paused_routes_still_appear_in_the_loupe() public {
        forbid(Counter.increment.selector);
        pause();
        assertEq(router.facetAddress(Counter.increment.selector), address(counter), "the loupe forgot it");
        (,,, bool installed, bool blocked) = router.routeOf(Counter.increment.selector);
        assertTrue(installed && blocked, "routeOf does not tell");
    }

    // --- roles ---

    function test_A55_a_removed_guardian_keeps_cancel_for_one_delay_and_nothing_else() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        refuse(guardian, abi.encodeCall(dispatcher.pause, ()));
        refuse(guardian, abi.encodeCall(dispatcher.freeze, ()));
        refuse(guardian, abi.encodeCall(dispatcher.forbid, (only(Counter.increment.selector))));
        refuse(guardian, abi.encodeCall(dispatcher.cancelDelay, ()));
        assertFalse(dispatcher.isGuardian(guardian), "still a guardian");

        uint256 snapshot = vm.snapshotState();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.prank(guardian);
        dispatcher.cancel(id);
        vm.revertToState(snapshot);
        vm.warp(vm.getBlockTimestamp() + DELAY + 1);
        refuse(guardian, abi.encodeCall(dispatcher.cancel, (id)));
    }

    function test_A55_a_removed_operator_has_no_power_at_once() public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
        vm.prank(owner);
        dispatcher.setOperator(operator, false);
        refuse(operator, abi.encodeCall(dispatcher.activate, (plan, "")));
    }

    function test_A55_I16_guardians_cannot_lock_the_owner_out() public {
        vm.startPrank(guardian);
        dispatcher.pause();
        dispatcher.halt();
        dispatcher.freeze();
        dispatcher.forbid(only(Counter.increment.selector));
        vm.stopPrank();
        vm.startPrank(owner);
        dispatcher.setGuardian(guardian, false);
        dispatcher.setGuardian(otherGuardian, false);
        dispatcher.unpause();
        dispatcher.unfreeze();
        dispatcher.allow(only(Counter.increment.selector));
        vm.stopPrank();
        release(planFor(secondRoutes()), "");
        assertServed(secondRoutes());
    }

    function test_A54_the_bootstrapper_has_no_right_after_epoch_1() public {
        Plan memory plan = planFor(secondRoutes());
        refuse(bootstrapper, abi.encodeCall(dispatcher.stage, (plan)));
        stage(plan);
        warpToEta();
        refuse(bootstrapper, abi.encodeCall(dispatcher.activate, (plan, "")));
        refuse(bootstrapper, abi.encodeCall(dispatcher.cancel, (dispatcher.planId(plan))));
        refuse(bootstrapper, abi.encodeCall(dispatcher.pause, ()));
    }

    /// @notice The slots of both tables, so that nothing of one is left in the other, and the state word.
    function routerState() private returns (bytes32 digest) {
        digest = slotsOf(secondRoutes(), slotsOf(firstRoutes(), vm.load(address(router), STATE)));
    }

    function slotsOf(Route[] memory routes, bytes32 digest) private view returns (bytes32) {
        for (uint256 i = 0; i < routes.length; i++) {
            digest = keccak256(abi.encode(digest, vm.load(address(router), slotOf(routes[i].selector))));
        }
        return digest;
    }
}
