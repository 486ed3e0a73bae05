// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Cancel is Unit {
    function test_A54_only_owner_and_guardians_cancel() public {
        bytes32 id = stage(planFor(secondRoutes()));
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.cancel, (id)));
    }

    function test_H8_without_a_pending_plan_there_is_nothing_to_cancel() public {
        bytes memory act = abi.encodeCall(dispatcher.cancel, (bytes32(0)));
        assertRefused(owner, act, abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector));
    }

    function test_C13_another_plan_than_the_pending_one_is_not_cancelled() public {
        bytes32 id = stage(planFor(secondRoutes()));
        bytes memory act = abi.encodeCall(dispatcher.cancel, (bytes32("other")));
        bytes memory reason =
            abi.encodeWithSelector(IManifestDispatcher.WrongPlan.selector, bytes32("other"), id);
        assertRefused(guardian, act, reason);
        assertEq(pendingPlan(), id, "it was cancelled");
    }

    function test_A23_H8_owner_and_guardian_cancel_and_nothing_is_pending() public {
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            Plan memory plan = planFor(secondRoutes());
            bytes32 id = stage(plan);
            expectFromDispatcher();
            emit IManifestDispatcher.PlanCancelled(id, who[i]);
            vm.prank(who[i]);
            dispatcher.cancel(id);

            (bytes32 pendingId, uint64 eta) = dispatcher.pending();
            assertEq(pendingId, bytes32(0), "a plan is pending");
            assertEq(eta, 0, "a time is pending");
            vm.warp(time() + DELAY);
            bytes memory act = abi.encodeCall(dispatcher.activate, (plan, ""));
            assertRefused(operator, act, abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector));
        }
    }

    function test_H8_a_due_and_an_expired_plan_are_cancelled_too_and_while_frozen() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.warp(time() + DELAY + WINDOW + 100);
        freeze();
        vm.prank(guardian);
        dispatcher.cancel(id);
        assertEq(pendingPlan(), bytes32(0), "it stayed");
    }

    function test_A55_a_removed_guardian_cancels_until_a_delay_after_and_not_a_second_longer() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        uint256 until = time() + DELAY;
        vm.warp(until);
        uint256 state = vm.snapshotState();
        vm.prank(guardian);
        dispatcher.cancel(id);

        vm.revertToState(state);
        vm.warp(until + 1);
        expectUnauthorized(guardian);
        vm.prank(guardian);
        dispatcher.cancel(id);
    }

    function test_A55_removing_again_does_not_prolong_it() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        vm.warp(time() + DELAY / 2);
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        vm.warp(time() + DELAY / 2 + 1);
        expectUnauthorized(guardian);
        vm.prank(guardian);
        dispatcher.cancel(id);
    }
}
