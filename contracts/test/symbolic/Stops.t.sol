// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { SymbolicSystem } from "./SymbolicSystem.sol";

/// @notice What a caller meets, alone and in a batch.
abstract contract Serving is SymbolicSystem {
    /// @dev One route adds one to its argument, and reverts at the greatest.
    function serves(address caller, bytes4 selector, uint256 argument) internal returns (bool ok) {
        vm.assume(argument != type(uint256).max);
        vm.prank(caller);
        (ok,) = address(router).call(abi.encodeWithSelector(selector, argument));
    }

    function servesInBatch(address caller, bytes4 selector, uint256 argument) internal returns (bool ok) {
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeWithSelector(selector, argument);
        vm.prank(caller);
        (ok,) = address(router).call(abi.encodeCall(router.batch, (calls)));
    }
}

/// @notice I7 and I12: what is stopped is not served, by any caller and with any arguments.
/// @custom:halmos --loop 32
contract Stopped is Serving {
    /// @notice Every route but the exempt one; halted, that one too.
    function check_I7_while_paused_nothing_is_served_but_what_is_exempt(
        address caller,
        uint256 argument,
        bool halted
    ) external {
        assumeOutside(caller);
        vm.prank(GUARDIAN);
        if (halted) dispatcher.halt();
        else dispatcher.pause();

        bytes4[4] memory routes = selectors();
        for (uint256 i = 0; i < 4; i++) {
            bool exempt = routes[i] == Counter.count.selector && !halted;
            assertEq(serves(caller, routes[i], argument), exempt, "served by another rule");
            assertEq(servesInBatch(caller, routes[i], argument), exempt, "a batch serves it by another rule");
        }
    }

    /// @notice Whatever guardians did before, the owner's `unpause` goes through and opens what is not forbidden.
    function check_I7_the_owner_always_unpauses(bool halted, bool frozen, bool forbidden, bool isSealed)
        external
    {
        if (isSealed) sealNow();
        vm.startPrank(GUARDIAN);
        dispatcher.pause();
        if (halted) dispatcher.halt();
        if (frozen && !isSealed) dispatcher.freeze();
        if (forbidden) dispatcher.forbid(one(Counter.increment.selector));
        vm.stopPrank();

        vm.prank(OWNER);
        dispatcher.unpause();
        bytes4[4] memory routes = selectors();
        for (uint256 i = 0; i < 4; i++) {
            bool open = !(forbidden && routes[i] == Counter.increment.selector);
            assertEq(serves(OWNER, routes[i], 0), open, "served by another rule");
        }
    }

    /// @notice No other than owner and guardians stops, no other than the owner starts.
    function check_I7_only_the_owner_unpauses(address caller) external {
        assumeOutside(caller);
        vm.prank(GUARDIAN);
        dispatcher.pause();
        bool ok = callAs(caller, abi.encodeCall(dispatcher.unpause, ()));
        assertEq(ok, caller == OWNER, "unpaused by another rule");
        (bool paused,,,,,,) = dispatcher.status();
        assertEq(paused, !ok, "paused by another rule");
    }

    /// @notice Each route, forbidden: directly, in a batch, paused or not. The others are served as before.
    function check_I12_what_is_forbidden_reverts_on_every_entry(
        address caller,
        uint256 argument,
        uint256 which,
        bool paused
    ) external {
        assumeOutside(caller);
        vm.assume(which < 4);
        bytes4[4] memory routes = selectors();
        for (uint256 i = 0; i < 4; i++) {
            if (i == which) {
                vm.prank(GUARDIAN);
                dispatcher.forbid(one(routes[i]));
            }
        }
        if (paused) {
            vm.prank(GUARDIAN);
            dispatcher.pause();
        }
        for (uint256 i = 0; i < 4; i++) {
            bool open = i != which && (!paused || routes[i] == Counter.count.selector);
            assertEq(serves(caller, routes[i], argument), open, "served by another rule");
            assertEq(servesInBatch(caller, routes[i], argument), open, "a batch serves it by another rule");
        }
    }
}

/// @notice I12: any selector that could be forbidden at all.
/// @custom:halmos --loop 32 --storage-layout generic
contract AnySelector is Serving {
    function check_I12_any_selector_that_is_forbidden_reverts(
        address caller,
        bytes4 selector,
        uint256 argument
    ) external {
        assumeOutside(caller);
        vm.assume(callAs(GUARDIAN, abi.encodeCall(dispatcher.forbid, (one(selector)))));
        assertFalse(serves(caller, selector, argument), "a forbidden selector is served");
        assertFalse(servesInBatch(caller, selector, argument), "a batch serves a forbidden selector");
    }
}

/// @notice I6: what freeze and seal hold.
/// @custom:halmos --loop 32 --storage-layout generic --default-array-lengths 1 --default-bytes-lengths 65
contract Frozen is SymbolicSystem {
    function setUp() public override {
        super.setUp();
        Plan memory plan = planFor(secondRoutes());
        vm.prank(OWNER);
        dispatcher.stage(plan);
        vm.warp(START + DELAY);
        vm.prank(GUARDIAN);
        dispatcher.freeze();
    }

    /// @notice One call of any function but `rollback` and `undo`, by anyone.
    function check_I6_a_frozen_system_changes_by_rollback_and_undo_only(address caller) external {
        assumeOutside(caller);
        bytes32 before = releaseState();
        bytes memory data = anyCalldata();
        vm.assume(bytes4(data) != dispatcher.rollback.selector && bytes4(data) != dispatcher.undo.selector);
        callAs(caller, data);
        assertEq(releaseState(), before, "a frozen system changed");
    }
}

/// @custom:halmos --loop 32 --storage-layout generic --default-array-lengths 1 --default-bytes-lengths 65
contract Sealed is SymbolicSystem {
    function setUp() public override {
        super.setUp();
        release(planFor(secondRoutes()));
        sealNow();
    }

    /// @notice One call of any function by anyone.
    function check_I6_a_sealed_system_keeps_manifest_epoch_and_history(address caller) external {
        assumeOutside(caller);
        bytes32 before = releaseState();
        callAs(caller, anyCalldata());
        assertEq(releaseState(), before, "a sealed system changed");
    }
}
