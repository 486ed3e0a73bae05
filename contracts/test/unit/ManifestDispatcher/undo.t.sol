// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Undo is Unit {
    Plan private first;
    Plan private second;

    function setUp() public override {
        super.setUp();
        second = release(secondRoutes());
        first = planOf[1];
    }

    function undo() private {
        vm.prank(guardian);
        dispatcher.undo(2, second, first);
    }

    function refuse(uint64 expected, Plan memory current, Plan memory parent, bytes memory reason) private {
        assertRefused(guardian, abi.encodeCall(dispatcher.undo, (expected, current, parent)), reason);
    }

    // --- guards, in their order ---

    function test_A41_only_guardians_undo_not_even_the_owner() public {
        address[] memory others = neitherOwnerNorGuardian();
        bytes memory act = abi.encodeCall(dispatcher.undo, (2, second, first));
        assertUnauthorized(others, act);
        address[] memory one_ = new address[](1);
        one_[0] = owner;
        assertUnauthorized(one_, act);
    }

    function test_A55_a_removed_guardian_does_not_undo() public {
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        expectUnauthorized(guardian);
        undo();
    }

    function test_A41_another_expected_epoch_is_refused() public {
        refuse(1, second, first, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, 1, 2));
        refuse(3, second, first, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, 3, 2));
    }

    function test_A41_an_undone_epoch_is_not_undone_again() public {
        undo();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.NothingToUndo.selector, 3);
        refuse(3, first, second, reason);
    }

    function test_A41_a_rollback_epoch_is_not_undone() public {
        rollbackTo(1);
        refuse(3, first, second, abi.encodeWithSelector(IManifestDispatcher.NothingToUndo.selector, 3));
    }

    function test_A41_a_plan_that_allows_no_undo_is_not_undone() public {
        Plan memory third = planFor(firstRoutes());
        third.undoFor = 0;
        release(third, "");
        refuse(3, third, second, abi.encodeWithSelector(IManifestDispatcher.NothingToUndo.selector, 3));
    }

    function test_A41_the_last_second_works_and_the_next_does_not() public {
        vm.warp(time() + UNDO_FOR);
        uint256 state = vm.snapshotState();
        undo();
        vm.revertToState(state);
        vm.warp(time() + 1);
        refuse(
            2, second, first, abi.encodeWithSelector(IManifestDispatcher.Expired.selector, time() - 1, time())
        );
    }

    function test_A41_both_plans_must_be_the_right_ones() public {
        bytes32 firstId = dispatcher.planId(first);
        bytes32 secondId = dispatcher.planId(second);
        bytes4 wrong = IManifestDispatcher.WrongPlan.selector;
        refuse(2, first, first, abi.encodeWithSelector(wrong, firstId, secondId));
        refuse(2, second, second, abi.encodeWithSelector(wrong, secondId, firstId));
    }

    function test_A41_the_first_epoch_has_no_parent_to_go_back_to() public {
        config.name = "bare";
        (address bare, address bareRouter) = launcher.launch(config);
        dispatcher = IManifestDispatcher(bare);
        router = IPayRoxRouter(bareRouter);
        Plan memory only = release(firstRoutes());
        Plan memory none;
        bytes32 id = dispatcher.planId(none);
        refuse(1, only, none, abi.encodeWithSelector(IManifestDispatcher.WrongPlan.selector, id, bytes32(0)));
    }

    function test_A41_C20_a_sealed_system_is_not_undone() public {
        sealNow();
        refuse(2, second, first, abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector));
    }

    function test_A41_a_revoked_parent_is_refused() public {
        vm.prank(owner);
        dispatcher.revoke(first.manifest);
        refuse(2, second, first, abi.encodeWithSelector(IManifestDispatcher.Revoked.selector, first.manifest));
    }

    function test_A41_a_parent_below_the_floor_is_refused() public {
        Plan memory third = planFor(firstRoutes());
        third.floor = 3;
        release(third, "");
        refuse(3, third, second, abi.encodeWithSelector(IManifestDispatcher.BelowFloor.selector, 2, 3));
    }

    // --- effects ---

    function test_A41_I14_the_parent_is_a_new_epoch_at_once() public {
        bytes32 id = dispatcher.planId(first);
        expectFromDispatcher();
        emit IManifestDispatcher.Undone(3, id, first.manifest, guardian);
        expectFromRouter();
        emit IPayRoxRouter.ManifestInstalled(second.manifest, first.manifest);
        undo();

        (uint64 epoch, bytes32 activeId, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        assertEq(epoch, 3, "epoch");
        assertEq(activeId, id, "plan");
        assertEq(manifest, first.manifest, "manifest");
        assertEq(root, first.root, "root");
        assertEq(at, time(), "time");
        assertServed(firstRoutes());
    }

    function test_A41_what_is_pending_is_cancelled() public {
        bytes32 id = stage(planFor(firstRoutes()));
        vm.prank(owner);
        dispatcher.setDelay(5 days);
        vm.prank(owner);
        dispatcher.requestSeal(2);
        expectFromDispatcher();
        emit IManifestDispatcher.PlanCancelled(id, guardian);
        expectFromDispatcher();
        emit IManifestDispatcher.DelayCancelled(guardian);
        expectFromDispatcher();
        emit IManifestDispatcher.SealCancelled(guardian);
        undo();
    }

    function test_A41_it_works_while_halted_and_frozen_and_lifts_nothing() public {
        halt();
        freeze();
        undo();
        assertTrue(isHalted() && isFrozen(), "something was lifted");
        unpause();
        assertServed(firstRoutes());
    }

    function test_A41_the_next_activation_can_be_undone_again() public {
        undo();
        Plan memory next = release(secondRoutes());
        vm.prank(otherGuardian);
        dispatcher.undo(4, next, first);
        assertEq(activeEpoch(), 5, "epoch");
        assertServed(firstRoutes());
    }
}
