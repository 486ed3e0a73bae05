// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { COLD, LOCK, PAUSE_EXEMPT, RECEIVE } from "../../harness/Flags.sol";

contract RouteOf is Unit {
    function assertRoute(bytes4 selector, address facet, uint8 flags, bool blocked) private view {
        (address facet_, bytes32 hash, uint8 flags_, bool installed, bool blocked_) = router.routeOf(selector);
        assertEq(facet_, facet, "facet");
        assertEq(hash, facet.codehash, "code hash");
        assertEq(flags_, flags, "flags");
        assertTrue(installed, "not installed");
        assertEq(blocked_, blocked, "blocked");
    }

    function assertNone(bytes4 selector, bool blocked) private view {
        (address facet, bytes32 hash, uint8 flags, bool installed, bool blocked_) = router.routeOf(selector);
        assertEq(facet, address(0), "facet");
        assertEq(hash, bytes32(0), "code hash");
        assertTrue(flags == 0 && !installed, "a route");
        assertEq(blocked_, blocked, "blocked");
    }

    function test_C4_hot_and_cold_routes_are_what_the_manifest_says() public view {
        assertRoute(Counter.increment.selector, address(counter), LOCK, false);
        assertRoute(Counter.count.selector, address(counter), PAUSE_EXEMPT, false);
        assertRoute(Views.administrate.selector, address(views), COLD, false);
        (,, uint8 flags, bool installed,) = router.routeOf(bytes4(0));
        assertTrue(installed && flags == RECEIVE, "plain ether");
    }

    function test_C9_unknown_own_and_staged_selectors_are_no_routes() public {
        stage(planFor(secondRoutes()));
        assertNone(0xdeadbeef, false);
        assertNone(IPayRoxRouter.batch.selector, false);
        assertNone(bytes4(keccak256("step()")), false);
    }

    function test_A37_paused_and_halted_routes_are_blocked() public {
        pause();
        assertRoute(Counter.increment.selector, address(counter), LOCK, true);
        assertRoute(Counter.count.selector, address(counter), PAUSE_EXEMPT, false);
        assertRoute(Views.administrate.selector, address(views), COLD, true);
        halt();
        assertRoute(Counter.count.selector, address(counter), PAUSE_EXEMPT, true);
        unpause();
        assertRoute(Views.administrate.selector, address(views), COLD, false);
    }

    function test_A42_forbidden_selectors_are_blocked_with_and_without_a_route() public {
        forbid(Counter.increment.selector);
        forbid(Views.administrate.selector);
        forbid(Counter.lastCaller.selector);
        assertRoute(Counter.increment.selector, address(counter), LOCK, true);
        assertRoute(Views.administrate.selector, address(views), COLD, true);
        release(secondRoutes());
        assertNone(Counter.lastCaller.selector, true);
    }

    function test_C4_every_route_of_a_manifest_of_any_size_is_found_and_nothing_beside_it() public {
        uint8[20] memory counts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 71, 255];
        for (uint256 i = 0; i < counts.length; i++) {
            uint32 count = counts[i];
            for (uint32 j = 0; j < count; j++) {
                add(address(counter), bytes4(0x40000001 + 2 * j), COLD);
            }
            release(take());
            for (uint32 j = 0; j < count; j++) {
                assertRoute(bytes4(0x40000001 + 2 * j), address(counter), COLD, false);
                assertNone(bytes4(0x40000000 + 2 * j), false);
            }
            assertNone(bytes4(0x40000000 + 2 * count), false);
            assertNone(0xffffffff, false);
        }
    }

    function test_C5_what_it_says_is_what_a_call_meets(bytes4 selector, uint256 pick, bool paused_) public {
        if (pick % 2 == 0) selector = firstRoutes()[pick % 18].selector;
        vm.assume(selector != Counter.burnGas.selector);
        vm.assume(router.facetAddress(selector) != address(router));
        if (paused_) pause();
        (,,, bool installed, bool blocked) = router.routeOf(selector);
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodePacked(selector, new bytes(96)));
        bytes4 error = errorOf(reason);
        assertEq(!ok && error == IPayRoxRouter.RoutePaused.selector, installed && blocked, "blocked");
        if (selector == 0) return;
        assertEq(!ok && error == IPayRoxRouter.NoRoute.selector, !installed, "installed");
    }
}
