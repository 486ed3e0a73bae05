// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Freeze is Unit {
    function test_A38_A54_only_owner_and_guardians_freeze() public {
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.freeze, ()));
    }

    function test_A39_C20_a_sealed_system_is_not_frozen() public {
        sealNow();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector);
        assertRefused(guardian, abi.encodeCall(dispatcher.freeze, ()), reason);
    }

    function test_A39_C19_stage_and_activate_stop_and_nothing_else() public {
        Plan memory plan = dueSecond();
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            expectFromDispatcher();
            emit IManifestDispatcher.Frozen(who[i]);
            vm.prank(who[i]);
            dispatcher.freeze();
            assertTrue(isFrozen(), "not frozen");
            expectError(IManifestDispatcher.SystemFrozen.selector);
            activate(plan);
            vm.prank(owner);
            dispatcher.unfreeze();
        }
        freeze();
        assertEq(asCounter().increment(), 1, "routes stopped");
        assertFalse(isPaused(), "paused");
        vm.prank(owner);
        dispatcher.setGuardian(stranger, true);
        vm.prank(owner);
        dispatcher.setOperator(stranger, true);
        vm.prank(owner);
        dispatcher.setDelay(2 days);
        assertServed(firstRoutes());
    }

    function test_A40_the_pending_plans_window_goes_on() public {
        Plan memory plan = dueSecond();
        freeze();
        vm.warp(time() + WINDOW + 1);
        vm.prank(owner);
        dispatcher.unfreeze();
        expectError(IManifestDispatcher.Expired.selector, time() - 1, time());
        activate(plan);
    }
}
