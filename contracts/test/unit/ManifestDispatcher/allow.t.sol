// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract Allow is Unit {
    bytes4 private constant HOT = Counter.increment.selector;
    bytes4 private constant COLD_ONE = Views.administrate.selector;

    function test_A54_only_the_owner_allows() public {
        forbid(HOT);
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.allow, (one(HOT))));
    }

    function test_A42_hot_and_cold_selectors_are_served_again() public {
        bytes4[] memory selectors = two(HOT, COLD_ONE);
        vm.prank(guardian);
        dispatcher.forbid(selectors);
        expectFromDispatcher();
        emit IManifestDispatcher.SelectorsAllowed(owner, selectors);
        vm.prank(owner);
        dispatcher.allow(selectors);

        assertEq(dispatcher.forbidden().length, 0, "the list");
        assertFalse(dispatcher.isForbidden(HOT) || dispatcher.isForbidden(COLD_ONE), "still forbidden");
        assertEq(asCounter().increment(), 1, "the hot one");
        assertEq(asViews().administrate(1), 2, "the cold one");
        assertServed(firstRoutes());
    }

    function test_A42_the_list_closes_its_gaps() public {
        bytes4[3] memory all = [HOT, COLD_ONE, Counter.count.selector];
        for (uint256 i = 0; i < 3; i++) {
            uint256 state = vm.snapshotState();
            for (uint256 j = 0; j < 3; j++) {
                forbid(all[j]);
            }
            allow(all[i]);
            bytes4[] memory left = dispatcher.forbidden();
            assertEq(left.length, 2, "another number");
            for (uint256 j = 0; j < 3; j++) {
                assertEq(dispatcher.isForbidden(all[j]), j != i, "another one");
            }
            assertTrue(left[0] != left[1] && left[0] != all[i] && left[1] != all[i], "a wrong list");
            vm.prank(owner);
            dispatcher.allow(left);
            assertServed(firstRoutes());
            vm.revertToState(state);
        }
    }

    function test_A42_what_is_not_forbidden_is_left_alone() public {
        forbid(COLD_ONE);
        vm.prank(owner);
        dispatcher.allow(two(HOT, 0xdeadbeef));
        assertEq(dispatcher.forbidden(), one(COLD_ONE), "the list");
        assertEq(asCounter().increment(), 1, "the route is gone");
        vm.prank(owner);
        dispatcher.allow(two(COLD_ONE, COLD_ONE));
        assertServed(firstRoutes());
    }

    function test_A42_while_paused_it_stays_paused() public {
        forbid(HOT);
        pause();
        allow(HOT);
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, HOT);
        asCounter().increment();
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
        unpause();
        assertServed(firstRoutes());
    }

    function test_A42_A55_a_selector_without_a_route_is_allowed_too() public {
        bytes4 gone = Counter.lastCaller.selector;
        forbid(gone);
        release(secondRoutes());
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, gone);
        asCounter().lastCaller();
        allow(gone);
        expectErrorOf(IPayRoxRouter.NoRoute.selector, gone);
        asCounter().lastCaller();
        assertEq(vm.load(address(router), slotOf(gone)), bytes32(0), "the mark stayed");
        assertServed(secondRoutes());
    }

    function test_A39_it_works_while_frozen_and_sealed() public {
        forbid(HOT);
        sealNow();
        allow(HOT);
        assertServed(firstRoutes());
    }

    function test_A55_the_owner_undoes_whatever_guardians_forbade_within_one_transaction() public {
        addAll(manyRoutes(address(views), 0x10000000, 400, 0));
        addAll(manyRoutes(address(views), 0x20000000, 1000, 0x10));
        release(take());
        bytes4[] memory selectors = new bytes4[](1400);
        for (uint256 i = 0; i < 1400; i++) {
            selectors[i] = bytes4(uint32(i < 400 ? 0x10000000 + i : 0x20000000 + i - 400));
        }
        vm.prank(guardian);
        dispatcher.forbid(selectors);
        bytes4[] memory part = new bytes4[](200);
        for (uint256 i = 0; i < 200; i++) {
            part[i] = selectors[i * 7];
        }
        vm.prank(owner);
        uint256 gas = gasleft();
        dispatcher.allow(part);
        assertLt(gas - gasleft(), 16_777_216, "200 at a time do not fit");
        assertEq(dispatcher.forbidden().length, 1200, "another number");
        gas = gasleft();
        pause();
        assertLt(gas - gasleft(), 16_777_216, "a long list makes pause unreachable");
    }
}
