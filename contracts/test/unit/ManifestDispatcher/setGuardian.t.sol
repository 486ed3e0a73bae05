// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract SetGuardian is Unit {
    function set(address account, bool enabled) private {
        vm.prank(owner);
        dispatcher.setGuardian(account, enabled);
    }

    function test_A54_only_the_owner_sets_guardians() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.setGuardian, (stranger, true)));
    }

    function test_A7_zero_and_core_contracts_are_refused_either_way() public {
        expectError(IManifestDispatcher.InvalidAccount.selector, address(0));
        set(address(0), true);
        address[] memory contracts = core();
        for (uint256 i = 0; i < contracts.length; i++) {
            expectError(IManifestDispatcher.InvalidAccount.selector, contracts[i]);
            set(contracts[i], true);
            expectError(IManifestDispatcher.InvalidAccount.selector, contracts[i]);
            set(contracts[i], false);
        }
    }

    function test_a_guardian_comes_and_goes_at_once() public {
        expectFromDispatcher();
        emit IManifestDispatcher.GuardianSet(stranger, true);
        set(stranger, true);
        assertTrue(dispatcher.isGuardian(stranger), "not a guardian");
        vm.prank(stranger);
        dispatcher.pause();

        expectFromDispatcher();
        emit IManifestDispatcher.GuardianSet(stranger, false);
        set(stranger, false);
        assertFalse(dispatcher.isGuardian(stranger), "still a guardian");
        expectUnauthorized(stranger);
        vm.prank(stranger);
        dispatcher.pause();
    }

    function test_A55_who_never_was_a_guardian_gets_no_cancel_by_being_removed() public {
        set(stranger, false);
        bytes32 id = stage(planFor(secondRoutes()));
        expectUnauthorized(stranger);
        vm.prank(stranger);
        dispatcher.cancel(id);
    }

    function test_A55_cancel_is_kept_for_the_delay_in_force_at_removal() public {
        vm.prank(owner);
        dispatcher.setDelay(1);
        vm.warp(time() + DELAY);
        set(guardian, false);
        bytes32 id = stage(planFor(secondRoutes()));
        vm.warp(time() + 2);
        expectUnauthorized(guardian);
        vm.prank(guardian);
        dispatcher.cancel(id);
    }

    function test_a_guardian_who_comes_back_is_one_in_full() public {
        set(guardian, false);
        set(guardian, true);
        assertTrue(dispatcher.isGuardian(guardian), "not a guardian");
        vm.warp(time() + 10 * DELAY);
        pause();
    }

    function test_an_operator_may_be_a_guardian_and_setting_one_leaves_the_other() public {
        set(operator, true);
        assertTrue(dispatcher.isOperator(operator) && dispatcher.isGuardian(operator), "not both");
        set(operator, false);
        assertTrue(dispatcher.isOperator(operator), "the other role is gone");
    }

    function test_A39_it_works_while_frozen_and_sealed() public {
        freeze();
        sealNow();
        set(stranger, true);
        assertTrue(dispatcher.isGuardian(stranger), "not a guardian");
    }
}
