// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract SetDelay is Unit {
    function set(uint32 delay) private {
        vm.prank(owner);
        dispatcher.setDelay(delay);
    }

    function test_A54_only_the_owner_sets_the_delay() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.setDelay, (2 days)));
    }

    function test_A39_C20_not_once_sealed() public {
        sealNow();
        expectError(IManifestDispatcher.SystemSealed.selector);
        set(2 days);
    }

    function test_A30_a_delay_is_between_a_second_and_ninety_days() public {
        uint32[3] memory wrong = [uint32(0), 90 days + 1, type(uint32).max];
        for (uint256 i = 0; i < 3; i++) {
            expectError(IManifestDispatcher.DelayOutOfRange.selector, wrong[i]);
            set(wrong[i]);
        }
        set(1);
        set(90 days);
    }

    function test_A21_C10_it_is_in_force_after_the_current_delay_and_not_a_second_earlier() public {
        uint64 at = uint64(time()) + DELAY;
        expectFromDispatcher();
        emit IManifestDispatcher.DelayRequested(5 days, at);
        set(5 days);
        (uint32 next, uint64 nextAt,,) = dispatcher.pendingChanges();
        assertEq(next, 5 days, "another delay is pending");
        assertEq(nextAt, at, "at another time");

        vm.warp(at - 1);
        assertEq(delayInForce(), DELAY, "too early");
        vm.warp(at);
        assertEq(delayInForce(), 5 days, "too late");
        (next, nextAt,,) = dispatcher.pendingChanges();
        assertEq(next + nextAt, 0, "still pending");
    }

    function test_A21_C10_another_request_starts_the_time_anew_under_the_delay_in_force() public {
        set(1);
        vm.warp(time() + DELAY - 1);
        set(2);
        vm.warp(time() + 1);
        assertEq(delayInForce(), DELAY, "the first request came through");
        vm.warp(time() + DELAY - 1);
        assertEq(delayInForce(), 2, "the second did not");

        // What is in force now counts, although nobody wrote it.
        set(7 days);
        (, uint64 at,,) = dispatcher.pendingChanges();
        assertEq(at, time() + 2, "the old delay counts");
        assertEq(delayInForce(), 2, "the delay fell back");
    }

    function test_A21_C10_what_is_pending_keeps_its_time() public {
        set(1);
        bytes32 id = stage(planFor(secondRoutes()));
        (, uint64 eta) = dispatcher.pending();
        vm.warp(time() + DELAY - 1);
        (bytes32 still, uint64 etaStill) = dispatcher.pending();
        assertEq(still, id, "another plan");
        assertEq(etaStill, eta, "another time");
    }

    function test_C19_it_works_while_frozen() public {
        freeze();
        set(2 days);
    }
}
