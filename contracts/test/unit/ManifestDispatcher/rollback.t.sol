// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { Vm } from "../../harness/Vm.sol";
import { Counter } from "../../harness/facets/Counter.sol";

contract Rollback is Unit {
    Plan private first;
    Plan private second;

    function setUp() public override {
        super.setUp();
        second = release(secondRoutes());
        first = planOf[1];
    }

    function refuse(uint64 expected, uint64 target, Plan memory plan, bytes memory reason) private {
        assertRefused(owner, abi.encodeCall(dispatcher.rollback, (expected, target, plan)), reason);
    }

    // --- guards, in their order ---

    function test_A54_only_the_owner_rolls_back() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.rollback, (2, 1, first)));
    }

    function test_A41_C20_a_sealed_system_stays() public {
        sealNow();
        refuse(2, 1, first, abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector));
    }

    function test_A41_C13_another_expected_epoch_is_refused() public {
        uint64[3] memory stale = [uint64(0), 1, 3];
        for (uint256 i = 0; i < 3; i++) {
            refuse(
                stale[i],
                1,
                first,
                abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, stale[i], 2)
            );
        }
    }

    function test_A41_none_the_active_and_a_future_epoch_are_refused() public {
        uint64[4] memory wrong = [uint64(0), 2, 3, type(uint64).max];
        for (uint256 i = 0; i < 4; i++) {
            refuse(
                2,
                wrong[i],
                first,
                abi.encodeWithSelector(IManifestDispatcher.NotAnEarlierEpoch.selector, wrong[i])
            );
        }
    }

    function test_A41_below_the_floor_is_refused_and_the_floor_itself_is_not() public {
        Plan memory third = planFor(firstRoutes());
        third.floor = 2;
        release(third, "");
        refuse(3, 1, first, abi.encodeWithSelector(IManifestDispatcher.BelowFloor.selector, 1, 2));
        rollbackTo(2);
        assertServed(secondRoutes());
    }

    function test_A41_another_plan_than_the_epochs_own_is_refused() public {
        bytes32 given = dispatcher.planId(second);
        bytes32 expected = dispatcher.planId(first);
        refuse(2, 1, second, abi.encodeWithSelector(IManifestDispatcher.WrongPlan.selector, given, expected));
    }

    function test_A41_a_revoked_manifest_is_refused() public {
        vm.prank(owner);
        dispatcher.revoke(first.manifest);
        refuse(2, 1, first, abi.encodeWithSelector(IManifestDispatcher.Revoked.selector, first.manifest));
    }

    function test_A41_a_facet_that_changed_since_is_refused() public {
        bytes32 listed = address(counter).codehash;
        vm.etch(address(counter), hex"00");
        refuse(
            2,
            1,
            first,
            abi.encodeWithSelector(
                IManifestErrors.CodeHashMismatch.selector, counter, listed, keccak256(hex"00")
            )
        );
    }

    function test_H12_a_rollback_takes_no_ether() public {
        vm.deal(owner, 1);
        vm.prank(owner);
        (bool ok,) = address(dispatcher).call{ value: 1 }(abi.encodeCall(dispatcher.rollback, (2, 1, first)));
        assertFalse(ok, "it took ether");
    }

    // --- effects ---

    function test_A41_I14_the_earlier_manifest_is_a_new_epoch_at_once() public {
        bytes32 id = dispatcher.planId(first);
        vm.warp(time() + 100);
        expectFromDispatcher();
        emit IManifestDispatcher.RolledBack(3, id, first.manifest, 1);
        expectFromRouter();
        emit IPayRoxRouter.ManifestInstalled(second.manifest, first.manifest);
        vm.prank(owner);
        dispatcher.rollback(2, 1, first);

        (uint64 epoch, bytes32 activeId, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        assertEq(epoch, 3, "epoch");
        assertEq(activeId, id, "the plan id is the target's");
        assertEq(manifest, first.manifest, "manifest");
        assertEq(root, first.root, "root");
        assertEq(at, time(), "time");
        (activeId, manifest, at) = dispatcher.history(3);
        assertEq(activeId, id, "history: plan");
        assertEq(manifest, first.manifest, "history: manifest");
        assertEq(at, time(), "history: time");
        assertServed(firstRoutes());
    }

    function test_A41_what_is_pending_is_cancelled() public {
        bytes32 id = stage(planFor(firstRoutes()));
        vm.prank(owner);
        dispatcher.setDelay(5 days);
        vm.prank(owner);
        dispatcher.requestSeal(2);

        expectFromDispatcher();
        emit IManifestDispatcher.PlanCancelled(id, owner);
        expectFromDispatcher();
        emit IManifestDispatcher.DelayCancelled(owner);
        expectFromDispatcher();
        emit IManifestDispatcher.SealCancelled(owner);
        rollbackTo(1);
        assertNothingPending();
        vm.warp(time() + 10 days);
        assertEq(delayInForce(), DELAY, "the delay came all the same");
    }

    function assertNothingPending() private view {
        (bytes32 id, uint64 eta) = dispatcher.pending();
        assertEq(id, bytes32(0), "a plan is pending");
        assertEq(eta, 0, "a time is pending");
        (uint32 delay, uint64 delayAt, uint64 sealEpoch, uint64 sealAt) = dispatcher.pendingChanges();
        assertEq(delay + delayAt + sealEpoch + sealAt, 0, "a change is pending");
    }

    function test_A41_a_delay_that_is_in_force_stays_in_force() public {
        vm.prank(owner);
        dispatcher.setDelay(5 days);
        vm.warp(time() + DELAY);
        vm.recordLogs();
        rollbackTo(1);
        bytes32 cancelled = IManifestDispatcher.DelayCancelled.selector;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            assertNotEq(logs[i].topics[0], cancelled, "nothing was pending");
        }
        assertEq(delayInForce(), 5 days, "the delay fell back");
    }

    function test_A41_it_works_while_paused_halted_and_frozen_and_lifts_nothing() public {
        halt();
        freeze();
        rollbackTo(1);
        assertTrue(isPaused() && isHalted() && isFrozen(), "something was lifted");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
        unpause();
        assertServed(firstRoutes());
    }

    function test_C19_freeze_rollback_and_seal_are_three_things() public {
        freeze();
        rollbackTo(1);
        vm.prank(owner);
        dispatcher.unfreeze();
        sealNow();
        assertFalse(isFrozen(), "sealing froze");
        refuse(3, 1, first, abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector));
    }

    function test_A41_a_rollback_epoch_can_be_the_target_of_the_next() public {
        rollbackTo(1);
        rollbackTo(2);
        rollbackTo(3);
        assertEq(activeEpoch(), 5, "epoch");
        assertServed(firstRoutes());
        // And the next plan's parent is what was rolled back to.
        Plan memory next = planFor(secondRoutes());
        assertEq(next.parent, dispatcher.planId(first), "another parent");
        release(next, "");
        assertServed(secondRoutes());
    }

    function test_A41_it_runs_no_init_again() public {
        bytes memory data = abi.encodeWithSignature("init(uint256)", 5);
        Plan memory third = withInit(planFor(firstRoutes()), address(initializer), data);
        release(third, data);
        vm.prank(address(this));
        asCounter().setCount(9);
        release(secondRoutes());
        rollbackTo(3);
        assertEq(asCounter().count(), 9, "init ran again");
    }
}
