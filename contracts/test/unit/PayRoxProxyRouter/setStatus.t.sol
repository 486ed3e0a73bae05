// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Control } from "./Control.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract SetStatus is Control {
    function set(uint256 status, bytes4[] memory forbidden) private {
        address manifest = activeManifest();
        actAsDispatcher();
        control().setStatus(manifest, status, forbidden);
    }

    function test_A6_C16_only_the_dispatcher_sets_it() public {
        assertOnlyDispatcher(abi.encodeCall(control().setStatus, (activeManifest(), 1, none)));
    }

    function test_A37_each_status_stops_what_it_says_and_zero_nothing() public {
        set(1, none);
        assertTrue(router.paused(), "paused");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        assertEq(asCounter().count(), 0, "an exempt route");
        set(3, none);
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
        set(0, none);
        assertServed(firstRoutes());
    }

    function test_A42_forbidden_routes_keep_their_mark_through_every_status() public {
        bytes4[] memory selectors = one(Counter.increment.selector);
        for (uint256 status = 0; status < 4; status++) {
            set(status, selectors);
            (, uint8 flags,) = rawRoute(Counter.increment.selector);
            assertEq(flags & 0xc0, 0x80, "the mark is lost");
        }
    }

    function test_A37_every_hot_slot_is_written_anew() public {
        vm.store(address(router), slotOf(Counter.count.selector), bytes32(uint256(0xBAD)));
        vm.store(address(router), slotOf(Views.echo.selector), bytes32(0));
        set(0, none);
        assertServed(firstRoutes());
    }

    function test_A33_it_needs_no_lock() public {
        vm.prank(owner);
        dispatcher.setGuardian(address(this), true);
        asCaller().callOut(address(dispatcher), abi.encodeCall(dispatcher.owner, ()));
        // Paused from the middle of a locked call, by a guardian outside.
        asCaller().callOut(address(this), abi.encodeCall(this.pauseFromOutside, ()));
        assertTrue(router.paused(), "not paused");
    }

    function pauseFromOutside() external {
        dispatcher.pause();
    }
}
