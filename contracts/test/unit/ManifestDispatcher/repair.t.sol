// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";

contract Repair is Unit {
    bytes32 private constant JUNK = bytes32(uint256(0x40) << 160 | 0xBAD);

    function repair(bytes4[] memory strays) private {
        vm.prank(owner);
        dispatcher.repair(strays);
    }

    function spoil(bytes4 selector) private {
        vm.store(address(router), slotOf(selector), JUNK);
    }

    function test_A54_only_the_owner_repairs() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.repair, (new bytes4[](0))));
    }

    function test_A31_a_selector_with_a_route_is_no_stray() public {
        bytes memory act = abi.encodeCall(dispatcher.repair, (one(Counter.count.selector)));
        bytes memory reason = abi.encodeWithSelector(IPayRoxRouter.NotAStray.selector, Counter.count.selector);
        assertRefused(owner, act, reason);
    }

    function test_A31_what_differs_is_written_and_strays_are_cleared() public {
        spoil(Counter.count.selector);
        spoil(0xdeadbeef);
        assertFalse(dispatcher.verifySystemIntegrity(), "a spoilt slot is not seen");
        bytes4[] memory strays = two(0xdeadbeef, 0xdeadbee0);
        expectFromDispatcher();
        emit IManifestDispatcher.Repaired(1, strays);
        repair(strays);
        assertServed(firstRoutes());
        assertEq(vm.load(address(router), slotOf(0xdeadbeef)), bytes32(0), "the stray stayed");
    }

    function test_A31_it_mends_while_halted_frozen_and_sealed() public {
        halt();
        freeze();
        spoil(Counter.count.selector);
        repair(new bytes4[](0));
        assertTrue(dispatcher.verifySystemIntegrity(), "not mended while halted");
        assertTrue(router.paused(), "the halt is gone");
        unpause();
        sealNow();
        spoil(Counter.count.selector);
        repair(new bytes4[](0));
        assertServed(firstRoutes());
    }

    function test_A42_marks_of_forbidden_selectors_come_back_also_where_named_as_strays() public {
        forbid(Counter.lastCaller.selector);
        forbid(Counter.count.selector);
        release(secondRoutes());
        // Without a route now, but forbidden.
        vm.store(address(router), slotOf(Counter.lastCaller.selector), JUNK);
        vm.store(address(router), slotOf(Counter.count.selector), JUNK);
        repair(one(Counter.lastCaller.selector));
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.lastCaller.selector);
        asCounter().lastCaller();
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
        assertTrue(dispatcher.verifySystemIntegrity(), "the marks are wrong");
    }
}
