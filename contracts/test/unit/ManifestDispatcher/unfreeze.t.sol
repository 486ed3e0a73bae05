// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Unfreeze is Unit {
    function test_A54_only_the_owner_unfreezes() public {
        freeze();
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.unfreeze, ()));
    }

    function test_A39_C20_a_system_sealed_while_frozen_stays_both() public {
        freeze();
        sealNow();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector);
        assertRefused(owner, abi.encodeCall(dispatcher.unfreeze, ()), reason);
        assertTrue(isFrozen() && isSealed(), "not both");
    }

    function test_A40_stage_and_activate_go_on() public {
        Plan memory plan = dueSecond();
        freeze();
        expectFromDispatcher();
        emit IManifestDispatcher.Unfrozen(owner);
        vm.prank(owner);
        dispatcher.unfreeze();
        assertFalse(isFrozen(), "still frozen");
        activate(plan);
        stage(planFor(firstRoutes()));
    }
}
