// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Control } from "./Control.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract SetForbidden is Control {
    function set(bytes4[] memory selectors, bool isForbidden) private {
        address manifest = activeManifest();
        actAsDispatcher();
        control().setForbidden(manifest, 0, selectors, isForbidden);
    }

    function test_A6_C16_only_the_dispatcher_sets_it() public {
        bytes4[] memory selectors = one(Counter.increment.selector);
        assertOnlyDispatcher(abi.encodeCall(control().setForbidden, (activeManifest(), 0, selectors, true)));
    }

    function test_A42_a_mark_comes_and_goes_on_hot_cold_and_unrouted_selectors() public {
        bytes4[3] memory selectors =
            [Counter.increment.selector, Views.administrate.selector, bytes4(0xdeadbeef)];
        for (uint256 i = 0; i < 3; i++) {
            bytes32 before = vm.load(address(router), slotOf(selectors[i]));
            set(one(selectors[i]), true);
            (, uint8 flags,) = rawRoute(selectors[i]);
            assertTrue(flags & 0x80 != 0 && flags & 0x40 == 0, "no mark");
            (bool ok, bytes memory reason) =
                tryCall(address(router), abi.encodePacked(selectors[i], new bytes(32)));
            assertFalse(ok, "served");
            assertEq(
                reason,
                abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, selectors[i]),
                "the reason"
            );
            set(one(selectors[i]), false);
            assertEq(vm.load(address(router), slotOf(selectors[i])), before, "not as before");
        }
        assertServed(firstRoutes());
    }

    function test_A37_A42_while_paused_the_pause_stays() public {
        address manifest = activeManifest();
        pause();
        bytes32 paused_ = vm.load(address(router), slotOf(Counter.increment.selector));
        actAsDispatcher();
        control().setForbidden(manifest, 1, one(Counter.increment.selector), true);
        actAsDispatcher();
        control().setForbidden(manifest, 1, one(Counter.increment.selector), false);
        assertEq(vm.load(address(router), slotOf(Counter.increment.selector)), paused_, "the pause is gone");
    }
}
