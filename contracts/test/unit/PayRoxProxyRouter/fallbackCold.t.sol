// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Caller, Reentrant } from "../../harness/facets/Caller.sol";
import { Token } from "../../harness/facets/Token.sol";
import { Views } from "../../harness/facets/Views.sol";
import { Route } from "../../harness/Manifests.sol";
import { COLD, LOCK, PAUSE_EXEMPT, PIN, VIEW_LOCK } from "../../harness/Flags.sol";

/// @notice Routes without a slot keep every promise of the hot ones.
contract FallbackCold is Unit {
    Reentrant private outside;

    function setUp() public override {
        super.setUp();
        outside = new Reentrant();
    }

    function firstRoutes() internal override returns (Route[] memory) {
        add(address(counter), Counter.increment.selector, Counter.setCount.selector, COLD | LOCK);
        add(address(counter), Counter.failWith.selector, Counter.pay.selector, COLD | LOCK | PIN);
        add(address(counter), Counter.count.selector, COLD | PAUSE_EXEMPT);
        add(address(views), Views.echo.selector, Views.self.selector, Views.sender.selector, COLD);
        add(address(views), Views.guarded.selector, COLD | VIEW_LOCK);
        add(address(token), Token.balanceOf.selector, COLD | PIN);
        add(address(caller), Caller.callOut.selector, COLD | LOCK);
        return take();
    }

    function test_no_cold_route_has_a_slot() public {
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            assertEq(vm.load(address(router), slotOf(routes[i].selector)), bytes32(0), "a slot");
        }
        assertServed(routes);
    }

    function test_A29_calldata_and_answer_pass_whole(bytes calldata data) public view {
        // The word that the router puts behind the calldata reaches no facet.
        assertEq(asViews().echo(data), data, "something was lost or added");
    }

    function test_the_facet_sees_caller_value_and_storage_of_the_router() public {
        assertEq(asViews().self(), address(router), "another self");
        vm.prank(stranger);
        assertEq(asViews().sender(), stranger, "another caller");
        assertEq(asCounter().increment(), 1, "another storage");
        vm.deal(address(this), 3);
        assertEq(asCounter().pay{ value: 3 }(), 3, "another value");
        assertEq(address(router).balance, 3, "the value went elsewhere");
    }

    function test_a_facets_reason_passes_whole_and_the_lock_is_free_again() public {
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodeCall(Counter.failWith, (42)));
        assertFalse(ok, "it did not fail");
        assertEq(reason, abi.encodeWithSelector(Counter.CounterFailed.selector, 42), "the reason");
        asCounter().increment();
        assertEq(asCounter().increment(), 2, "the lock stayed");
    }

    function test_A33_a_stranger_re_enters_neither_route_nor_guarded_view() public {
        bytes4[2] memory inner = [Counter.increment.selector, Views.guarded.selector];
        for (uint256 i = 0; i < 2; i++) {
            outside.arm(address(router), abi.encodePacked(inner[i]), true);
            expectErrorOf(IPayRoxRouter.Reentered.selector, inner[i]);
            asCaller().callOut(address(outside), "");
        }
        outside.arm(address(router), abi.encodeCall(Views.self, ()), true);
        asCaller().callOut(address(outside), "");
    }

    function test_A33_the_router_itself_passes_and_does_not_release_the_lock() public {
        outside.arm(address(router), abi.encodeCall(Counter.increment, ()), true);
        bytes memory self = abi.encodeCall(Counter.increment, ());
        assertEq(asCaller().callOut(address(router), self), abi.encode(1), "the router is refused");
        expectErrorOf(IPayRoxRouter.Reentered.selector, Counter.increment.selector);
        asCaller().callOut(address(router), abi.encodeCall(Caller.callOut, (address(outside), "")));
    }

    function test_A34_a_guarded_view_works_under_staticcall() public view {
        assertEq(asViews().guarded(), 7, "a static call");
    }

    function test_A26_A43_a_pinned_facet_with_other_code_is_refused_and_another_is_not() public {
        vm.etch(address(token), bytes.concat(address(token).code, hex"00"));
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
        vm.etch(address(views), bytes.concat(address(views).code, hex"00"));
        assertEq(asViews().self(), address(router), "an unpinned route stopped");
    }

    function test_A37_pause_and_halt_stop_what_they_stop() public {
        pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        assertEq(asCounter().count(), 0, "an exempt route stopped");
        halt();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
        unpause();
        assertEq(asCounter().increment(), 1, "still stopped");
    }

    function test_A42_forbidden_wins_over_exempt() public {
        forbid(Counter.count.selector);
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
        pause();
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
        unpause();
        allow(Counter.count.selector);
        assertEq(asCounter().count(), 0, "still forbidden");
    }

    function test_A42_nobody_can_claim_behind_the_calldata_that_a_slot_is_empty() public {
        forbid(Counter.count.selector);
        bytes memory claim = abi.encodePacked(
            Counter.count.selector, uint256(uint160(address(dispatcher))) | (uint256(1) << 160)
        );
        for (uint256 i = 0; i < 2; i++) {
            (bool ok, bytes memory reason) =
                tryCallAs(i == 0 ? stranger : address(dispatcher), address(router), claim);
            assertFalse(ok, "a forbidden route is served");
            assertEq(errorOf(reason), IPayRoxRouter.RouteForbidden.selector, "another reason");
        }
    }

    function test_A29_an_unknown_selector_among_cold_ones_has_no_route(bytes4 selector) public {
        vm.assume(router.facetAddress(selector) == address(0));
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodePacked(selector));
        assertFalse(ok, "it was served");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, selector), "the reason");
    }
}
