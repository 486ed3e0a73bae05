// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract AcceptOwnership is Unit {
    function setUp() public override {
        super.setUp();
        vm.prank(owner);
        dispatcher.transferOwnership(stranger);
    }

    function accept() private {
        vm.prank(stranger);
        dispatcher.acceptOwnership();
    }

    function test_A8_I13_only_whom_it_was_offered_to_accepts() public {
        address[4] memory others = [owner, guardian, operator, address(0)];
        for (uint256 i = 0; i < 4; i++) {
            expectUnauthorized(others[i]);
            vm.prank(others[i]);
            dispatcher.acceptOwnership();
        }
    }

    function test_I13_an_offer_is_accepted_once() public {
        accept();
        expectUnauthorized(stranger);
        accept();
    }

    function test_A9_I13_all_rights_move_at_once() public {
        expectFromDispatcher();
        emit IManifestDispatcher.OwnershipTransferred(owner, stranger);
        accept();
        assertEq(dispatcher.owner(), stranger, "another owner");
        assertEq(router.owner(), stranger, "the router says another");
        assertEq(dispatcher.pendingOwner(), address(0), "an offer stands");
        expectUnauthorized(owner);
        unpause();
        vm.prank(stranger);
        dispatcher.unpause();
    }

    function test_A9_what_is_pending_is_cancelled_and_roles_stay() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.prank(owner);
        dispatcher.setDelay(5 days);
        vm.prank(owner);
        dispatcher.requestSeal(1);

        expectFromDispatcher();
        emit IManifestDispatcher.PlanCancelled(id, stranger);
        expectFromDispatcher();
        emit IManifestDispatcher.DelayCancelled(stranger);
        expectFromDispatcher();
        emit IManifestDispatcher.SealCancelled(stranger);
        expectFromDispatcher();
        emit IManifestDispatcher.OwnershipTransferred(owner, stranger);
        accept();

        assertEq(pendingPlan(), bytes32(0), "a plan is pending");
        vm.warp(time() + 10 days);
        assertEq(delayInForce(), DELAY, "the delay came");
        assertTrue(dispatcher.isGuardian(guardian) && dispatcher.isOperator(operator), "a role is gone");
        assertServed(firstRoutes());
    }

    function test_A9_a_delay_in_force_and_stops_stay() public {
        vm.prank(owner);
        dispatcher.setDelay(5 days);
        vm.warp(time() + DELAY);
        halt();
        freeze();
        accept();
        assertEq(delayInForce(), 5 days, "the delay fell back");
        assertTrue(isHalted() && isFrozen(), "something was lifted");
    }
}
