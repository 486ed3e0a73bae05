// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract SetOperator is Unit {
    function set(address account, bool enabled) private {
        vm.prank(owner);
        dispatcher.setOperator(account, enabled);
    }

    function test_A54_only_the_owner_sets_operators() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.setOperator, (stranger, true)));
    }

    function test_A39_C20_not_once_sealed() public {
        sealNow();
        expectError(IManifestDispatcher.SystemSealed.selector);
        set(stranger, true);
    }

    function test_A7_zero_and_core_contracts_are_refused() public {
        expectError(IManifestDispatcher.InvalidAccount.selector, address(0));
        set(address(0), true);
        address[] memory contracts = core();
        for (uint256 i = 0; i < contracts.length; i++) {
            expectError(IManifestDispatcher.InvalidAccount.selector, contracts[i]);
            set(contracts[i], true);
        }
    }

    function test_A55_an_operator_comes_and_goes_at_once_also_while_frozen() public {
        freeze();
        expectFromDispatcher();
        emit IManifestDispatcher.OperatorSet(stranger, true);
        set(stranger, true);
        assertTrue(dispatcher.isOperator(stranger), "no operator");
        expectFromDispatcher();
        emit IManifestDispatcher.OperatorSet(stranger, false);
        set(stranger, false);
        assertFalse(dispatcher.isOperator(stranger), "still an operator");
    }

    function test_a_guardian_stays_one_when_it_is_no_operator() public {
        set(guardian, true);
        set(guardian, false);
        assertTrue(dispatcher.isGuardian(guardian), "the other role is gone");
        assertFalse(dispatcher.isOperator(guardian), "still an operator");
    }
}
