// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";

/// @notice Who stages, when, and what comes of it. What the manifest itself must be is in `stageManifest.t.sol`.
contract Stage is Unit {
    function refuse(Plan memory plan, bytes memory reason) private {
        assertRefused(owner, abi.encodeCall(dispatcher.stage, (plan)), reason);
    }

    // --- guards, in their order ---

    function test_C20_a_sealed_system_stages_nothing_whoever_asks() public {
        Plan memory plan = planFor(secondRoutes());
        sealNow();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector);
        refuse(plan, reason);
        assertRefused(stranger, abi.encodeCall(dispatcher.stage, (plan)), reason);
    }

    function test_A11_only_the_owner_stages() public {
        Plan memory plan = planFor(secondRoutes());
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.stage, (plan)));
    }

    function test_C19_a_frozen_system_stages_nothing() public {
        Plan memory plan = planFor(secondRoutes());
        freeze();
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.SystemFrozen.selector));
    }

    function test_A22_a_pending_plan_is_not_replaced_until_the_second_after_its_window() public {
        Plan memory plan = planFor(secondRoutes());
        bytes32 id = stage(plan);
        (, uint64 eta) = dispatcher.pending();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.PlanPending.selector, id);
        refuse(plan, reason);
        vm.warp(uint256(eta) + WINDOW);
        refuse(plan, reason);

        vm.warp(uint256(eta) + WINDOW + 1);
        plan.undoFor += 1;
        bytes32 next = stage(plan);
        assertEq(pendingPlan(), next, "the expired plan stayed");
        assertNotEq(next, id, "the plans are one");
    }

    function test_A14_another_router_is_refused() public {
        Plan memory plan = planFor(secondRoutes());
        plan.router = stranger;
        refuse(
            plan, abi.encodeWithSelector(IManifestDispatcher.WrongRouter.selector, stranger, address(router))
        );
    }

    function test_A13_another_epoch_is_refused(uint64 epoch) public {
        vm.assume(epoch != 2);
        Plan memory plan = planFor(secondRoutes());
        plan.epoch = epoch;
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, epoch, 2));
    }

    function test_A14_another_parent_is_refused(bytes32 parent) public {
        Plan memory plan = planFor(secondRoutes());
        vm.assume(parent != plan.parent);
        bytes32 right = plan.parent;
        plan.parent = parent;
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.WrongParent.selector, parent, right));
    }

    function test_a_window_is_between_an_hour_and_thirty_days() public {
        Plan memory plan = planFor(secondRoutes());
        uint32[4] memory wrong = [uint32(0), 1 hours - 1, 30 days + 1, type(uint32).max];
        for (uint256 i = 0; i < wrong.length; i++) {
            plan.window = wrong[i];
            refuse(plan, abi.encodeWithSelector(IManifestDispatcher.WindowOutOfRange.selector, wrong[i]));
        }
        uint32[2] memory right = [uint32(1 hours), 30 days];
        for (uint256 i = 0; i < right.length; i++) {
            plan.window = right[i];
            bytes32 id = stage(plan);
            vm.prank(owner);
            dispatcher.cancel(id);
        }
    }

    function test_A41_a_floor_above_the_plans_own_epoch_is_refused() public {
        Plan memory plan = planFor(secondRoutes());
        plan.floor = 3;
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.FloorAboveEpoch.selector, 3, 2));
        plan.floor = 2;
        stage(plan);
    }

    function test_A30_eta_is_at_most_365_days_away() public {
        Plan memory plan = planFor(secondRoutes());
        uint64 latest = uint64(time() + 365 days);
        plan.notBefore = latest + 1;
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.EtaTooFar.selector, latest + 1, latest));
        plan.notBefore = type(uint64).max;
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.EtaTooFar.selector, plan.notBefore, latest));

        plan.notBefore = latest;
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, latest, "the latest allowed time");
    }

    // --- init ---

    function test_C17_no_core_contract_is_an_init_target() public {
        Plan memory plan = planFor(secondRoutes());
        address[] memory contracts = core();
        for (uint256 i = 0; i < contracts.length; i++) {
            plan = withInit(plan, contracts[i], "");
            refuse(plan, abi.encodeWithSelector(IManifestDispatcher.InvalidAccount.selector, contracts[i]));
        }
    }

    function test_C17_an_init_target_without_code_is_refused() public {
        Plan memory plan = withInit(planFor(secondRoutes()), stranger, "");
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.InvalidAccount.selector, stranger));
        plan = withInit(plan, address(4), "");
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.InvalidAccount.selector, address(4)));
    }

    /// @dev The account's key could point it to other code between staging and activation, and back.
    function test_H13_C17_an_account_that_delegates_is_no_init_target() public {
        vm.etch(stranger, abi.encodePacked(hex"ef0100", address(initializer)));
        Plan memory plan = withInit(planFor(secondRoutes()), stranger, "");
        refuse(plan, abi.encodeWithSelector(IManifestDispatcher.InvalidAccount.selector, stranger));
    }

    function test_C17_without_an_init_target_both_hashes_are_zero() public {
        Plan memory plan = planFor(secondRoutes());
        plan.initDataHash = keccak256("");
        refuse(
            plan,
            abi.encodeWithSelector(IManifestDispatcher.InitDataMismatch.selector, keccak256(""), bytes32(0))
        );
        plan.initDataHash = 0;
        plan.initCodeHash = "code";
        refuse(
            plan,
            abi.encodeWithSelector(
                IManifestDispatcher.InitCodeMismatch.selector, address(0), bytes32("code"), bytes32(0)
            )
        );
    }

    function test_C17_an_init_target_with_other_code_is_refused() public {
        Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), "");
        bytes32 actual = plan.initCodeHash;
        plan.initCodeHash = "other";
        refuse(
            plan,
            abi.encodeWithSelector(
                IManifestDispatcher.InitCodeMismatch.selector, initializer, bytes32("other"), actual
            )
        );
    }

    // --- effects ---

    function test_eta_is_a_delay_from_now_and_the_whole_plan_is_announced() public {
        Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), "data");
        bytes32 id = dispatcher.planId(plan);
        uint64 eta = uint64(time()) + DELAY;
        expectFromDispatcher();
        emit IManifestDispatcher.PlanStaged(id, eta, plan);
        vm.prank(owner);
        dispatcher.stage(plan);

        (bytes32 pendingId, uint64 pendingEta) = dispatcher.pending();
        assertEq(pendingId, id, "another plan is pending");
        assertEq(pendingEta, eta, "another time");
    }

    function test_eta_is_notBefore_where_that_is_later_and_only_then() public {
        Plan memory plan = planFor(secondRoutes());
        uint64 due = uint64(time()) + DELAY;
        int64[3] memory shifts = [int64(-1), 0, 1];
        for (uint256 i = 0; i < 3; i++) {
            plan.notBefore = uint64(int64(due) + shifts[i]);
            bytes32 id = stage(plan);
            (, uint64 eta) = dispatcher.pending();
            assertEq(eta, shifts[i] > 0 ? due + 1 : due, "another time");
            vm.prank(owner);
            dispatcher.cancel(id);
        }
    }

    function test_C9_C10_staging_changes_nothing_that_is_active() public {
        (uint64 epoch, bytes32 id, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        vm.record();
        stage(planFor(secondRoutes()));
        (, bytes32[] memory writes) = vm.accesses(address(router));
        assertEq(writes.length, 0, "the router was written");

        (uint64 epochNow, bytes32 idNow, address manifestNow, bytes32 rootNow, uint64 atNow) =
            dispatcher.active();
        assertEq(epochNow, epoch, "epoch");
        assertEq(idNow, id, "plan");
        assertEq(manifestNow, manifest, "manifest");
        assertEq(rootNow, root, "root");
        assertEq(atNow, at, "time");
        (bytes32 future,,) = dispatcher.history(2);
        assertEq(future, bytes32(0), "what is staged is in the history");
    }

    function test_staging_is_allowed_while_paused() public {
        halt();
        stage(planFor(secondRoutes()));
    }

    function test_C7_the_manifest_is_proved_whatever_the_plan_says() public {
        Plan memory plan = planFor(secondRoutes());
        plan.manifest = address(0);
        refuse(plan, abi.encodeWithSelector(IManifestErrors.NotAManifest.selector, address(0)));
    }
}
