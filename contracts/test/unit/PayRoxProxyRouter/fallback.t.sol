// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Caller, Reentrant } from "../../harness/facets/Caller.sol";
import { Token } from "../../harness/facets/Token.sol";
import { Views } from "../../harness/facets/Views.sol";

/// @notice Hot routes: fast, locked, pinned, receiving; and what is no route at all.
contract Fallback is Unit {
    Reentrant private outside;

    function setUp() public override {
        super.setUp();
        outside = new Reentrant();
        vm.deal(address(this), 100 ether);
    }

    receive() external payable { }

    function expectReentered(bytes4 selector) private {
        expectErrorOf(IPayRoxRouter.Reentered.selector, selector);
    }

    /// @dev `outside` is called by a locked route and calls `data` on the router.
    function reenter(bytes memory data) private {
        outside.arm(address(router), data, true);
        asCaller().callOut(address(outside), "");
    }

    function assertReentered(bytes4 selector) private {
        outside.arm(address(router), abi.encodePacked(selector), true);
        expectReentered(selector);
        asCaller().callOut(address(outside), "");
    }

    // --- fast ---

    function test_calldata_and_answer_pass_whole(bytes calldata data) public view {
        assertEq(asViews().echo(data), data, "something was lost");
    }

    function test_the_facet_sees_caller_value_and_storage_of_the_router() public {
        assertEq(asViews().self(), address(router), "another self");
        vm.prank(stranger);
        assertEq(asViews().sender(), stranger, "another caller");
        asCounter().setCount(5);
        assertEq(uint256(vm.load(address(router), keccak256("test.counter"))), 5, "another storage");
        assertEq(asCounter().pay{ value: 3 }(), 3, "another value");
        assertEq(address(router).balance, 3, "the value went elsewhere");
    }

    function test_an_events_emitter_is_the_router() public {
        expectFromRouter();
        emit Counter.Incremented(address(this), 1);
        asCounter().increment();
    }

    function test_a_facets_reason_passes_whole() public {
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodeCall(Counter.failWith, (42)));
        assertFalse(ok, "it did not fail");
        assertEq(reason, abi.encodeWithSelector(Counter.CounterFailed.selector, 42), "the reason");
        (ok, reason) = tryCall(address(router), abi.encodeCall(Counter.bomb, (5)));
        assertFalse(ok, "it did not fail");
        assertEq(reason.length, 5, "the reason has another length");
    }

    // --- none ---

    function test_C1_an_unknown_selector_has_no_route(bytes4 selector) public {
        (,,, bool installed,) = router.routeOf(selector);
        vm.assume(!installed && router.facetAddress(selector) == address(0));
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodePacked(selector));
        assertFalse(ok, "it was served");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, selector), "the reason");
    }

    // --- locked ---

    function test_A33_a_stranger_does_not_re_enter_a_locked_route() public {
        assertReentered(Counter.increment.selector);
    }

    function test_A33_H2_nor_reads_a_guarded_view_but_any_other() public {
        assertReentered(Views.guarded.selector);
        reenter(abi.encodeCall(Counter.count, ()));
        assertTrue(outside.succeeded(), "an ordinary view");
    }

    function test_A33_H1_the_lock_is_free_again_after_success_and_after_failure() public {
        asCounter().increment();
        asCounter().increment();
        (bool ok,) = tryCall(address(router), abi.encodeCall(Counter.failWith, (1)));
        assertFalse(ok, "it did not fail");
        assertEq(asCounter().increment(), 3, "the lock stayed");
        assertEq(asViews().guarded(), 7, "the guard stayed");
    }

    function test_A33_the_router_itself_passes_and_does_not_release_the_lock() public {
        // From inside the locked route: first a locked call by the router itself, then one by a stranger.
        bytes memory self = abi.encodeCall(Counter.increment, ());
        outside.arm(address(router), self, true);
        assertEq(abi.decode(asCaller().callOut(address(router), self), (uint256)), 1, "the router is refused");
        bytes memory nested = abi.encodeCall(Caller.callOut, (address(outside), ""));
        expectReentered(Counter.increment.selector);
        asCaller().callOut(address(router), nested);
    }

    function test_A34_H2_a_guarded_view_works_under_staticcall_and_takes_no_lock() public {
        (bool ok, bytes memory answer) = address(router).staticcall(abi.encodeCall(Views.guarded, ()));
        assertTrue(ok && abi.decode(answer, (uint256)) == 7, "it wrote");
        assertEq(asCounter().increment(), 1, "it took the lock");
    }

    function test_A33_an_unlocked_route_passes_while_the_lock_is_held() public {
        bytes memory echo = abi.encodeCall(Views.sender, ());
        outside.arm(address(router), echo, true);
        asCaller().callOut(address(outside), "");
        assertEq(outside.result(), abi.encode(address(outside)), "it was refused");
    }

    // --- pinned ---

    function test_A26_A43_a_pinned_facet_with_other_code_is_refused_with_and_without_lock() public {
        vm.etch(address(token), address(counter).code);
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().transfer(stranger, 0);
        vm.etch(address(token), "");
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
        assertEq(asCounter().increment(), 1, "another route stopped");
    }

    function test_A43_the_pin_is_the_codes_hash_and_not_the_tables_word() public {
        asToken().mint(address(this), 5);
        assertTrue(asToken().transfer(stranger, 2), "a pinned, locked route");
        assertEq(asToken().balanceOf(stranger), 2, "a pinned route");
        vm.etch(address(token), bytes.concat(address(token).code, hex"00"));
        expectError(IPayRoxRouter.PinMismatch.selector, address(token));
        asToken().balanceOf(stranger);
    }

    // --- receiving ---

    function test_A46_empty_calldata_is_received_within_2300_gas_and_without_a_facet() public {
        payable(address(router)).transfer(1 ether);
        assertEq(address(router).balance, 1 ether, "nothing arrived");
        (bool ok,) = address(router).call("");
        assertTrue(ok, "an empty call without ether");
    }

    function test_A29_zero_bytes_are_not_empty_calldata() public {
        for (uint256 i = 1; i <= 5; i++) {
            (bool ok, bytes memory reason) = address(router).call{ value: 1 }(new bytes(i));
            assertFalse(ok, "zeros were received");
            assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, bytes4(0)), "the reason");
        }
    }

    function test_A46_H12_paused_nothing_is_received() public {
        pause();
        (bool ok, bytes memory reason) = address(router).call{ value: 1 }("");
        assertFalse(ok, "received while paused");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.RoutePaused.selector, bytes4(0)), "the reason");
    }

    // --- blocked ---

    function test_A37_A42_a_blocked_route_names_its_reason_pause_first() public {
        forbid(Counter.increment.selector);
        forbid(Counter.count.selector);
        pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        // Exempt from the pause, so the pause is not why.
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
        halt();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.count.selector);
        asCounter().count();
    }

    // --- the dispatcher ---

    function test_C5_the_dispatchers_calls_go_to_the_routers_own_functions_whatever_the_slots_say() public {
        bytes4 own = IPayRoxRouter.manifest.selector;
        uint256 fast = uint256(uint160(address(views))) | (uint256(0x40) << 160);
        vm.store(address(router), slotOf(own), bytes32(fast));
        vm.prank(address(dispatcher));
        assertEq(router.manifest(), activeManifest(), "a slot stood between");
        // The dispatcher is no user: hot routes are not served to it.
        expectErrorOf(IPayRoxRouter.NoRoute.selector, Counter.count.selector);
        vm.prank(address(dispatcher));
        asCounter().count();
    }
}
