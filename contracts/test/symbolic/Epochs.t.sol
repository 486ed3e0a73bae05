// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { SymbolicSystem } from "./SymbolicSystem.sol";

/// @notice I4: when a plan may be activated.
/// @custom:halmos --loop 16
contract Timing is SymbolicSystem {
    /// @notice Any delay in force, any time of staging, any `notBefore` and window, any time and caller of activation.
    function check_I4_I3_a_plan_is_activated_in_its_window_from_eta_on(
        uint32 delay,
        uint32 wait,
        uint64 notBefore,
        uint32 window,
        uint64 time,
        address caller
    ) external {
        assumeOutside(caller);
        vm.assume(delay >= 1 && delay <= 90 days);
        vm.prank(OWNER);
        dispatcher.setDelay(delay);
        uint256 staged = START + DELAY + wait;
        vm.warp(staged);

        Plan memory plan = planFor(secondRoutes());
        plan.notBefore = notBefore;
        plan.window = window;
        uint256 eta = staged + delay;
        if (notBefore > eta) eta = notBefore;
        bool stages = callAs(OWNER, abi.encodeCall(dispatcher.stage, (plan)));
        assertEq(
            stages,
            eta <= staged + 365 days && window >= 1 hours && window <= 30 days,
            "staged by another rule"
        );
        vm.assume(stages);
        (, uint64 pendingEta) = dispatcher.pending();
        assertEq(pendingEta, eta, "another eta");

        vm.assume(time >= staged);
        vm.warp(time);
        bool activates = callAs(caller, abi.encodeCall(dispatcher.activate, (plan, "")));
        assertEq(
            activates,
            (caller == OWNER || caller == OPERATOR) && time >= eta && time <= eta + window,
            "activated by another rule"
        );
        assertEq(epochOf(), activates ? 2 : 1, "another epoch");
        assertEq(dispatcher.owner(), OWNER, "another owner");
    }

    /// @notice A change of the delay, at any time, does not reach what is pending.
    function check_I4_eta_is_fixed_when_a_plan_is_staged(uint32 delay, uint32 wait) external {
        Plan memory plan = planFor(secondRoutes());
        vm.prank(OWNER);
        dispatcher.stage(plan);
        vm.warp(START + wait);
        callAs(OWNER, abi.encodeCall(dispatcher.setDelay, (delay)));
        (, uint64 eta) = dispatcher.pending();
        assertEq(eta, START + DELAY, "eta moved");
    }
}

/// @notice I3: an epoch is one more than the one before, however it comes about.
/// @custom:halmos --loop 16
contract Epochs is SymbolicSystem {
    Plan private first;
    Plan private second;

    function setUp() public override {
        super.setUp();
        first = planFor(firstRoutes());
        (first.epoch, first.parent) = (1, 0);
        second = planFor(secondRoutes());
        release(second);
    }

    function check_I3_staging_moves_no_epoch(address caller, uint64 epoch, bytes32 parent, uint64 floor)
        external
    {
        assumeOutside(caller);
        Plan memory plan = planFor(firstRoutes());
        bytes32 right = plan.parent;
        (plan.epoch, plan.parent, plan.floor) = (epoch, parent, floor);
        bool ok = callAs(caller, abi.encodeCall(dispatcher.stage, (plan)));
        assertEq(ok, caller == OWNER && epoch == 3 && parent == right && floor <= 3, "staged by another rule");
        assertEq(epochOf(), 2, "staging moved the epoch");
    }

    function check_I3_a_rollback_is_the_next_epoch(address caller, uint64 expected, uint64 target) external {
        assumeOutside(caller);
        Plan memory plan = first;
        bool ok = callAs(caller, abi.encodeCall(dispatcher.rollback, (expected, target, plan)));
        assertEq(ok, caller == OWNER && expected == 2 && target == 1, "rolled back by another rule");
        assertEq(epochOf(), ok ? 3 : 2, "another epoch");
        assertEq(dispatcher.owner(), OWNER, "another owner");
    }

    function check_I3_an_undo_is_the_next_epoch(address caller, uint64 expected, uint32 wait) external {
        assumeOutside(caller);
        (Plan memory active, Plan memory parent) = (second, first);
        vm.warp(block.timestamp + wait);
        bool ok = callAs(caller, abi.encodeCall(dispatcher.undo, (expected, active, parent)));
        assertEq(ok, caller == GUARDIAN && expected == 2 && wait <= 2 days, "undone by another rule");
        assertEq(epochOf(), ok ? 3 : 2, "another epoch");
    }
}
