// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";

contract Pause is Unit {
    function test_A38_A54_only_owner_and_guardians_pause() public {
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.pause, ()));
    }

    function test_A55_a_removed_guardian_does_not_pause() public {
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        expectUnauthorized(guardian);
        pause();
    }

    function test_A37_owner_and_guardian_pause() public {
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            expectFromDispatcher();
            emit IManifestDispatcher.Paused(who[i]);
            vm.prank(who[i]);
            dispatcher.pause();

            assertTrue(isPaused() && router.paused(), "not paused");
            assertFalse(isHalted(), "halted too");
            expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
            asCounter().increment();
            assertEq(asCounter().count(), 0, "an exempt route stopped");
            assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
            unpause();
        }
    }

    function test_A37_pausing_while_halted_does_not_open_the_exempt() public {
        halt();
        pause();
        assertTrue(isHalted(), "the halt is gone");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
    }

    function test_A39_it_works_while_frozen_and_sealed_and_before_the_first_epoch() public {
        sealNow();
        pause();
        assertTrue(isPaused(), "not while sealed");
        config.name = "bare";
        (address bare,) = launcher.launch(config);
        vm.prank(guardian);
        IManifestDispatcher(bare).freeze();
        vm.prank(guardian);
        IManifestDispatcher(bare).pause();
        assertTrue(IPayRoxRouter(IManifestDispatcher(bare).router()).paused(), "not before epoch 1");
    }

    function test_A37_views_are_never_paused() public {
        halt();
        assertEq(dispatcher.owner(), owner, "the owner");
        assertEq(router.facetAddress(Counter.count.selector), address(counter), "the loupe");
        assertServed(firstRoutes());
    }
}
