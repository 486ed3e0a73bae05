// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";

contract Unpause is Unit {
    function test_A38_A54_only_the_owner_unpauses() public {
        pause();
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.unpause, ()));
    }

    function test_A37_C14_pause_and_halt_are_lifted_and_counted() public {
        halt();
        expectFromDispatcher();
        emit IManifestDispatcher.Unpaused(owner, 1);
        unpause();
        assertFalse(isPaused() || isHalted() || router.paused(), "something stayed");
        assertEq(unpauses(), 1, "another count");
        assertEq(asCounter().increment(), 1, "a route stayed closed");
        assertServed(firstRoutes());
    }

    function test_A45_it_counts_also_where_nothing_was_paused() public {
        expectFromDispatcher();
        emit IManifestDispatcher.Unpaused(owner, 1);
        unpause();
        expectFromDispatcher();
        emit IManifestDispatcher.Unpaused(owner, 2);
        unpause();
        assertEq(unpauses(), 2, "another count");
    }

    function test_A42_what_is_forbidden_stays_forbidden() public {
        forbid(Counter.increment.selector);
        pause();
        unpause();
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.increment.selector);
        asCounter().increment();
        assertEq(asCounter().count(), 0, "another route stayed closed");
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
    }

    function test_I7_it_works_while_frozen_and_sealed() public {
        pause();
        freeze();
        unpause();
        sealNow();
        pause();
        unpause();
        assertServed(firstRoutes());
    }
}
