// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Seal is Unit {
    function request() private {
        vm.prank(owner);
        dispatcher.requestSeal(1);
    }

    function refuse(uint64 epoch, bytes memory reason) private {
        assertRefused(owner, abi.encodeCall(dispatcher.seal, (epoch)), reason);
    }

    function test_A54_only_the_owner_seals() public {
        request();
        vm.warp(time() + DELAY);
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.seal, (1)));
    }

    function test_C20_a_system_is_sealed_once() public {
        sealNow();
        refuse(1, abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector));
    }

    function test_A39_without_a_request_there_is_nothing_to_seal() public {
        refuse(1, abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector));
    }

    function test_C13_another_epoch_than_was_asked_for_is_refused() public {
        request();
        vm.warp(time() + DELAY);
        refuse(2, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, 2, 1));
    }

    function test_C13_an_epoch_that_is_no_longer_active_is_refused() public {
        Plan memory plan = planFor(secondRoutes());
        request();
        release(plan, "");
        refuse(1, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, 1, 2));
        refuse(2, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, 2, 1));
    }

    function test_A39_a_second_early_is_too_early() public {
        request();
        vm.warp(time() + DELAY - 1);
        refuse(1, abi.encodeWithSelector(IManifestDispatcher.TooEarly.selector, time() + 1, time()));
    }

    function test_A39_exactly_then_the_active_epoch_is_final_and_nothing_is_pending() public {
        Plan memory plan = planFor(secondRoutes());
        request();
        vm.warp(time() + DELAY);
        bytes32 id = stage(plan);
        vm.prank(owner);
        dispatcher.setDelay(3 days);

        expectFromDispatcher();
        emit IManifestDispatcher.PlanCancelled(id, owner);
        expectFromDispatcher();
        emit IManifestDispatcher.DelayCancelled(owner);
        expectFromDispatcher();
        emit IManifestDispatcher.SystemIsSealed(1);
        vm.prank(owner);
        dispatcher.seal(1);

        assertTrue(isSealed(), "not sealed");
        assertEq(pendingPlan(), bytes32(0), "a plan is pending");
        (uint32 delay, uint64 delayAt, uint64 epoch, uint64 at) = dispatcher.pendingChanges();
        assertEq(delay + delayAt + epoch + at, 0, "a change is pending");
        assertServed(firstRoutes());
    }

    function test_A21_the_delay_may_have_changed_since_the_request() public {
        request();
        vm.prank(owner);
        dispatcher.setDelay(30 days);
        vm.warp(time() + DELAY);
        vm.prank(owner);
        dispatcher.seal(1);
        assertTrue(isSealed(), "the request lost its time");
        assertEq(delayInForce(), 30 days, "the delay in force fell back");
    }

    function test_A39_ownership_goes_on() public {
        sealNow();
        vm.prank(owner);
        dispatcher.transferOwnership(stranger);
        vm.prank(stranger);
        dispatcher.acceptOwnership();
        vm.prank(stranger);
        dispatcher.pause();
        assertTrue(isPaused() && isSealed(), "not as it was");
    }
}
