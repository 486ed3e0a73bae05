// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Initializer } from "../../harness/facets/Initializer.sol";

contract Activate is Unit {
    function refuse(address who, Plan memory plan, bytes memory data, bytes memory reason) private {
        assertRefused(who, abi.encodeCall(dispatcher.activate, (plan, data)), reason);
    }

    function initPlan(bytes memory data) private returns (Plan memory plan) {
        plan = withInit(planFor(secondRoutes()), address(initializer), data);
        stage(plan);
        warpToEta();
    }

    // --- guards, in their order ---

    function test_C20_a_sealed_system_activates_nothing() public {
        Plan memory plan = planFor(secondRoutes());
        uint64 epoch = activeEpoch();
        vm.prank(owner);
        dispatcher.requestSeal(epoch);
        stage(plan);
        warpToEta();
        vm.prank(owner);
        dispatcher.seal(epoch);
        refuse(operator, plan, "", abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector));
        assertEq(pendingPlan(), bytes32(0), "the plan survived the seal");
    }

    function test_A54_only_owner_and_operators_activate() public {
        Plan memory plan = dueSecond();
        address[] memory others = new address[](4);
        (others[0], others[1]) = (stranger, guardian);
        (others[2], others[3]) = (bootstrapper, address(router));
        assertUnauthorized(others, abi.encodeCall(dispatcher.activate, (plan, "")));
    }

    function test_A40_C19_a_frozen_system_activates_nothing() public {
        Plan memory plan = dueSecond();
        freeze();
        refuse(owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.SystemFrozen.selector));
    }

    function test_A14_without_a_pending_plan_nothing_is_activated() public {
        Plan memory plan = planFor(secondRoutes());
        refuse(owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector));
    }

    function test_A14_C13_any_other_plan_than_the_pending_one_is_refused(uint8 field, uint256 change) public {
        Plan memory plan = dueSecond();
        bytes32 id = dispatcher.planId(plan);
        // Below the narrowest type's maximum, so that the change stays within every field.
        uint256 flip = bound(change, 1, type(uint16).max);
        uint256 at = bound(field, 0, 12);
        assembly ("memory-safe") {
            let place := add(plan, mul(at, 0x20))
            mstore(place, xor(mload(place), flip))
        }
        bytes32 other = dispatcher.planId(plan);
        refuse(owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.WrongPlan.selector, other, id));
    }

    function test_A18_C9_a_second_early_is_too_early() public {
        Plan memory plan = dueSecond();
        vm.warp(time() - 1);
        refuse(
            owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.TooEarly.selector, time() + 1, time())
        );
    }

    function test_A18_the_last_second_of_the_window_works_and_the_next_does_not() public {
        Plan memory plan = dueSecond();
        vm.warp(time() + WINDOW);
        uint256 state = vm.snapshotState();
        activate(plan);
        vm.revertToState(state);
        vm.warp(time() + 1);
        refuse(
            owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.Expired.selector, time() - 1, time())
        );
    }

    function test_C17_an_init_target_that_changed_since_is_refused() public {
        Plan memory plan = initPlan("");
        bytes32 before = plan.initCodeHash;
        vm.etch(address(initializer), hex"00");
        refuse(
            owner,
            plan,
            "",
            abi.encodeWithSelector(
                IManifestDispatcher.InitCodeMismatch.selector, initializer, before, keccak256(hex"00")
            )
        );
        vm.etch(address(initializer), "");
        refuse(
            owner, plan, "", abi.encodeWithSelector(IManifestDispatcher.InvalidAccount.selector, initializer)
        );
    }

    function test_C17_other_init_data_is_refused() public {
        Plan memory plan = initPlan(abi.encodeCall(Initializer.init, (5)));
        bytes memory other = abi.encodeCall(Initializer.init, (6));
        refuse(
            owner,
            plan,
            other,
            abi.encodeWithSelector(
                IManifestDispatcher.InitDataMismatch.selector, plan.initDataHash, keccak256(other)
            )
        );
    }

    function test_C17_init_data_without_a_target_is_refused() public {
        Plan memory plan = dueSecond();
        refuse(
            owner,
            plan,
            "data",
            abi.encodeWithSelector(
                IManifestDispatcher.InitDataMismatch.selector, bytes32(0), keccak256("data")
            )
        );
    }

    function test_H12_ether_that_no_init_takes_is_refused() public {
        Plan memory plan = dueSecond();
        vm.deal(operator, 1 ether);
        expectError(IManifestDispatcher.UnexpectedValue.selector, 3);
        vm.prank(operator);
        dispatcher.activate{ value: 3 }(plan, "");
    }

    function test_A26_a_facet_that_changed_since_is_refused() public {
        Plan memory plan = dueSecond();
        bytes32 listed = address(counterByTen).codehash;
        vm.etch(address(counterByTen), hex"00");
        refuse(
            owner,
            plan,
            "",
            abi.encodeWithSelector(
                IManifestErrors.CodeHashMismatch.selector, counterByTen, listed, keccak256(hex"00")
            )
        );
    }

    // --- effects ---

    function test_the_plan_becomes_the_system() public {
        Plan memory plan = dueSecond();
        bytes32 id = dispatcher.planId(plan);
        address old = activeManifest();
        expectFromDispatcher();
        emit IManifestDispatcher.PlanActivated(2, id, plan.manifest, plan.root);
        expectFromRouter();
        emit IPayRoxRouter.ManifestInstalled(old, plan.manifest);
        activate(plan);

        (uint64 epoch, bytes32 activeId, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        assertEq(epoch, 2, "epoch");
        assertEq(activeId, id, "plan");
        assertEq(manifest, plan.manifest, "manifest");
        assertEq(root, plan.root, "root");
        assertEq(at, time(), "time");
        assertServed(secondRoutes());
        assertEq(router.manifest(), plan.manifest, "the router says another");
    }

    function test_it_enters_the_history_and_nothing_is_pending() public {
        Plan memory first = planOf[1];
        Plan memory plan = dueSecond();
        activate(plan);

        (bytes32 id, address manifest, uint64 at) = dispatcher.history(2);
        assertEq(id, dispatcher.planId(plan), "plan");
        assertEq(manifest, plan.manifest, "manifest");
        assertEq(at, time(), "time");
        (id, manifest, at) = dispatcher.history(1);
        assertEq(id, dispatcher.planId(first), "the first plan");
        assertEq(manifest, first.manifest, "the first manifest");
        assertEq(at, START, "the first time");
        (bytes32 pendingId, uint64 eta) = dispatcher.pending();
        assertEq(pendingId, bytes32(0), "a plan is pending");
        assertEq(eta, 0, "a time is pending");
    }

    function test_C13_a_plan_activates_once() public {
        Plan memory plan = dueSecond();
        activate(plan);
        refuse(operator, plan, "", abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector));
    }

    function test_A41_the_floor_rises_and_never_falls() public {
        uint64[4] memory asked = [uint64(0), 2, 1, 4];
        uint64[4] memory expected = [uint64(0), 2, 2, 4];
        for (uint256 i = 0; i < 4; i++) {
            Plan memory plan = planFor(i % 2 == 0 ? secondRoutes() : firstRoutes());
            plan.floor = asked[i];
            release(plan, "");
            assertEq(floorEpoch(), expected[i], "another floor");
        }
    }

    function test_A37_a_paused_system_activates_and_stays_paused() public {
        Plan memory plan = dueSecond();
        pause();
        activate(plan);
        assertTrue(isPaused() && router.paused(), "the pause is gone");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact while paused");
        unpause();
        assertServed(secondRoutes());
    }

    function test_A55_a_new_owner_and_a_new_operator_activate_at_once() public {
        Plan memory plan = dueSecond();
        vm.prank(owner);
        dispatcher.setOperator(stranger, true);
        vm.prank(stranger);
        dispatcher.activate(plan, "");
        assertEq(activeEpoch(), 2, "it was not activated");
    }

    // --- init ---

    function test_C17_C18_init_runs_in_the_router_with_the_data_and_the_value() public {
        bytes memory data = abi.encodeCall(Initializer.init, (77));
        Plan memory plan = initPlan(data);
        vm.deal(operator, 1 ether);
        expectFromRouter();
        emit Initializer.InitRan(address(router), 77, 0.5 ether);
        vm.prank(operator);
        dispatcher.activate{ value: 0.5 ether }(plan, data);

        assertEq(asCounter().count(), 77, "init did not run in the router's storage");
        assertEq(address(router).balance, 0.5 ether, "the value went elsewhere");
        assertEq(address(dispatcher).balance, 0, "the dispatcher kept ether");
    }

    function test_C17_init_comes_after_the_install() public {
        // What init calls is served by the new manifest already, which the old one did not have.
        bytes memory inner = abi.encodeWithSignature("step()");
        bytes memory data = abi.encodeCall(Initializer.callOut, (address(router), inner));
        activate(initPlan(data), data);
        assertServed(secondRoutes());
    }

    function test_C17_inits_reason_is_passed_on_and_nothing_changes() public {
        bytes memory data = abi.encodeCall(Initializer.refuse, (9));
        Plan memory plan = initPlan(data);
        expectError(Initializer.InitRefused.selector, 9);
        activate(plan, data);
        assertEq(activeEpoch(), 1, "the epoch moved");
        assertEq(pendingPlan(), dispatcher.planId(plan), "the plan is gone");
        assertServed(firstRoutes());
    }

    function test_C17_an_init_with_empty_data_is_bound_by_the_hash_of_nothing() public {
        Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), "");
        assertEq(plan.initDataHash, keccak256(""), "the hash of nothing");
        plan.initDataHash = 0;
        stage(plan);
        warpToEta();
        refuse(
            owner,
            plan,
            "",
            abi.encodeWithSelector(IManifestDispatcher.InitDataMismatch.selector, bytes32(0), keccak256(""))
        );
    }
}
