// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract CancelDelay is Unit {
    function set(uint32 delay) private {
        vm.prank(owner);
        dispatcher.setDelay(delay);
    }

    function test_A38_only_owner_and_guardians_cancel_it() public {
        set(2 days);
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.cancelDelay, ()));
    }

    function test_H8_without_one_or_from_its_time_on_there_is_nothing_to_cancel() public {
        bytes memory act = abi.encodeCall(dispatcher.cancelDelay, ());
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector);
        assertRefused(owner, act, reason);
        set(2 days);
        vm.warp(time() + DELAY);
        assertRefused(owner, act, reason);
        assertEq(delayInForce(), 2 days, "it fell back");
    }

    function test_H8_until_the_last_second_owner_and_guardian_cancel_it() public {
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            set(2 days);
            vm.warp(time() + DELAY - 1);
            expectFromDispatcher();
            emit IManifestDispatcher.DelayCancelled(who[i]);
            vm.prank(who[i]);
            dispatcher.cancelDelay();
            vm.warp(time() + DELAY);
            assertEq(delayInForce(), DELAY, "it came all the same");
            (uint32 next, uint64 at,,) = dispatcher.pendingChanges();
            assertEq(next + at, 0, "still pending");
        }
    }

    function test_A21_cancelling_the_second_request_leaves_the_first_if_it_was_in_force() public {
        set(2 days);
        vm.warp(time() + DELAY);
        set(3 days);
        vm.prank(guardian);
        dispatcher.cancelDelay();
        assertEq(delayInForce(), 2 days, "another delay");
    }
}
