// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract Halt is Unit {
    function test_A38_A54_only_owner_and_guardians_halt() public {
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.halt, ()));
    }

    function test_A37_every_route_stops_hot_and_cold_and_exempt() public {
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            expectFromDispatcher();
            emit IManifestDispatcher.Halted(who[i]);
            vm.prank(who[i]);
            dispatcher.halt();

            assertTrue(isPaused() && isHalted() && router.paused(), "not halted");
            expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
            asCounter().count();
            expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
            asCounter().increment();
            expectErrorOf(IPayRoxRouter.RoutePaused.selector, Views.administrate.selector);
            asViews().administrate(1);
            assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
            unpause();
        }
    }

    function test_A37_a_paused_system_is_halted_too() public {
        pause();
        assertEq(asCounter().count(), 0, "exempt while paused");
        halt();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
    }

    function test_A39_it_works_while_sealed() public {
        sealNow();
        halt();
        assertTrue(isHalted(), "not halted");
    }
}
