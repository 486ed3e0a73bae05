// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Manifests, Route } from "../harness/Manifests.sol";
import { Counter, CounterByTen } from "../harness/facets/Counter.sol";
import { Token } from "../harness/facets/Token.sol";
import { Views } from "../harness/facets/Views.sol";

/// @notice Between staging and activation, and around it.
contract TimingAttacks is LiveSystem {
    function test_A18_C9_one_second_early_reverts_and_exactly_eta_works() public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, vm.getBlockTimestamp() + DELAY, "eta");
        vm.warp(eta - 1);
        expectError(IManifestDispatcher.TooEarly.selector, eta, eta - 1);
        vm.prank(owner);
        dispatcher.activate(plan, "");
        vm.warp(eta);
        activate(plan);
        assertServed(secondRoutes());
    }

    function test_A18_the_end_of_the_window_works_and_a_second_later_reverts() public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        vm.warp(eta + WINDOW + 1);
        expectError(IManifestDispatcher.Expired.selector, eta + WINDOW, eta + WINDOW + 1);
        vm.prank(owner);
        dispatcher.activate(plan, "");
        vm.warp(eta + WINDOW);
        activate(plan);
    }

    /// @notice Whatever gas an activation gets, it is done whole or not at all.
    function test_A19_C11_an_activation_that_runs_out_of_gas_changes_nothing(uint256 gasLimit) public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
        gasLimit = bound(gasLimit, 30_000, 700_000);
        vm.prank(operator);
        (bool ok,) =
            address(dispatcher).call{ gas: gasLimit }(abi.encodeCall(dispatcher.activate, (plan, "")));
        if (ok) {
            assertEq(activeEpoch(), 2, "activated, but no new epoch");
            assertServed(secondRoutes());
        } else {
            assertEq(activeEpoch(), 1, "a failed activation made an epoch");
            assertEq(pendingPlan(), dispatcher.planId(plan), "a failed activation lost the pending plan");
            assertServed(firstRoutes());
        }
    }

    function test_A20_C9_what_is_staged_is_not_served() public {
        stage(planFor(secondRoutes()));
        warpToEta();
        asCounter().increment();
        assertEq(asCounter().count(), 1, "the staged facet answered");
        expectErrorOf(IPayRoxRouter.NoRoute.selector, CounterByTen.step.selector);
        CounterByTen(address(router)).step();
        assertEq(
            router.facetAddress(CounterByTen.step.selector), address(0), "the loupe shows what is staged"
        );
        assertServed(firstRoutes());
    }

    function test_A21_C10_a_lowered_delay_does_not_reach_what_is_pending() public {
        stage(planFor(secondRoutes()));
        (, uint64 eta) = dispatcher.pending();
        vm.prank(owner);
        dispatcher.setDelay(1);
        (, uint64 after_) = dispatcher.pending();
        assertEq(after_, eta, "eta moved");
        vm.warp(eta - 1);
        Plan memory plan = planFor(secondRoutes());
        expectError(IManifestDispatcher.TooEarly.selector, eta, eta - 1);
        vm.prank(owner);
        dispatcher.activate(plan, "");
    }

    function test_A21_C10_a_lowered_delay_comes_into_force_after_the_current_one() public {
        vm.prank(owner);
        dispatcher.setDelay(1);
        vm.warp(vm.getBlockTimestamp() + DELAY - 1);
        stage(planFor(secondRoutes()));
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, vm.getBlockTimestamp() + DELAY, "the lowered delay was in force early");
    }

    function test_A22_H8_nothing_is_staged_over_a_pending_plan_and_a_cancelled_one_starts_anew() public {
        Plan memory plan = planFor(secondRoutes());
        bytes32 id = stage(plan);
        expectError(IManifestDispatcher.PlanPending.selector, id);
        vm.prank(owner);
        dispatcher.stage(plan);

        vm.warp(vm.getBlockTimestamp() + DELAY / 2);
        vm.prank(guardian);
        dispatcher.cancel(id);
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, vm.getBlockTimestamp() + DELAY, "the timer did not start anew");
    }

    function test_A22_an_expired_plan_is_replaced_and_not_a_second_earlier() public {
        bytes32 id = stage(planFor(secondRoutes()));
        (, uint64 eta) = dispatcher.pending();
        Plan memory next = planFor(firstRoutes());
        vm.warp(eta + WINDOW);
        expectError(IManifestDispatcher.PlanPending.selector, id);
        vm.prank(owner);
        dispatcher.stage(next);
        vm.warp(eta + WINDOW + 1);
        stage(next);
        assertEq(pendingPlan(), dispatcher.planId(next), "the expired plan is still there");
    }

    function test_A23_H8_a_cancelled_plan_does_not_activate() public {
        Plan memory plan = planFor(secondRoutes());
        bytes32 id = stage(plan);
        vm.prank(owner);
        dispatcher.cancel(id);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        expectError(IManifestDispatcher.NothingPending.selector);
        vm.prank(owner);
        dispatcher.activate(plan, "");
    }

    function test_A24_C13_one_plan_does_not_activate_while_another_is_pending() public {
        Plan memory first = planFor(firstRoutes());
        bytes32 id = dispatcher.planId(first);
        bytes32 pending = stage(planFor(secondRoutes()));
        warpToEta();
        expectError(IManifestDispatcher.WrongPlan.selector, id, pending);
        vm.prank(owner);
        dispatcher.activate(first, "");
    }

    function test_A25_C11_C12_what_the_new_manifest_leaves_out_is_gone() public {
        Route[] memory old = firstRoutes();
        Route[] memory next = secondRoutes();
        release(next);
        uint256 gone;
        for (uint256 i = 0; i < old.length; i++) {
            if (contains(next, old[i].selector)) continue;
            gone++;
            (bool ok, bytes memory reason) =
                tryCall(address(router), abi.encodePacked(old[i].selector, new bytes(96)));
            assertFalse(ok, "a removed route answered");
            assertEq(
                reason, abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, old[i].selector), "reason"
            );
            assertEq(vm.load(address(router), slotOf(old[i].selector)), bytes32(0), "its slot is not empty");
        }
        assertGt(gone, 5, "nothing was removed");
    }

    function contains(Route[] memory routes, bytes4 selector) private pure returns (bool) {
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].selector == selector) return true;
        }
        return false;
    }

    function test_A26_H9_another_code_hash_than_listed_is_refused_when_staged() public {
        Route[] memory routes = secondRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].facet == address(token)) routes[i].codeHash = bytes32(uint256(1));
        }
        Plan memory plan = planFor(routes);
        expectError(
            IManifestErrors.CodeHashMismatch.selector,
            address(token),
            bytes32(uint256(1)),
            address(token).codehash
        );
        vm.prank(owner);
        dispatcher.stage(plan);
    }

    function test_A26_code_that_changed_since_is_refused_when_activated() public {
        bytes32 listed = address(token).codehash;
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
        vm.etch(address(token), hex"6001600155");
        expectError(
            IManifestErrors.CodeHashMismatch.selector, address(token), listed, address(token).codehash
        );
        vm.prank(owner);
        dispatcher.activate(plan, "");
    }

    function test_A26_A43_code_that_changed_since_is_refused_on_pinned_routes_and_others_live() public {
        vm.etch(address(token), address(views).code);
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().transfer(stranger, 0);
        asCounter().increment();
        assertEq(asViews().echo("x"), "x", "an unrelated route");
        assertFalse(dispatcher.verifySystemIntegrity(), "integrity does not see changed code");
    }

    function test_A43_an_account_delegated_anew_is_refused_on_pinned_routes() public {
        vm.etch(address(token), abi.encodePacked(hex"ef0100", address(views)));
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
    }

    function test_A30_no_time_bricks_the_system() public {
        Plan memory plan = planFor(secondRoutes());
        plan.notBefore = type(uint64).max;
        expectError(
            IManifestDispatcher.EtaTooFar.selector, type(uint64).max, vm.getBlockTimestamp() + 365 days
        );
        vm.prank(owner);
        dispatcher.stage(plan);

        plan.notBefore = uint64(vm.getBlockTimestamp() + 365 days);
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, plan.notBefore, "notBefore is the later");

        uint32[3] memory delays = [uint32(0), 90 days + 1, type(uint32).max];
        for (uint256 i = 0; i < delays.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IManifestDispatcher.DelayOutOfRange.selector, delays[i]));
            vm.prank(owner);
            dispatcher.setDelay(delays[i]);
        }
    }

    function test_A30_a_clock_that_is_15_seconds_off_only_shifts(uint8 skew) public {
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        (, uint64 eta) = dispatcher.pending();
        uint256 time = eta - 15 + bound(skew, 0, 30);
        vm.warp(time);
        vm.prank(operator);
        (bool ok,) = address(dispatcher).call(abi.encodeCall(dispatcher.activate, (plan, "")));
        assertEq(ok, time >= eta, "activated by another rule than eta");
    }

    function test_C9_C12_the_loupe_and_the_index_know_nothing_of_what_is_staged() public {
        bytes memory before = abi.encode(router.facets());
        stage(planFor(secondRoutes()));
        assertEq(abi.encode(router.facets()), before, "the loupe changed with staging");
        assertEq(router.manifest(), activeManifest(), "the router knows another manifest");
    }
}
