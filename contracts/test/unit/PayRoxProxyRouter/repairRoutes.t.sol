// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Control } from "./Control.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";
import { STATE } from "../../harness/Flags.sol";

contract RepairRoutes is Control {
    function repair(bytes4[] memory forbidden, bytes4[] memory strays) private {
        address manifest = activeManifest();
        actAsDispatcher();
        control().repairRoutes(manifest, 0, forbidden, strays);
    }

    function test_A6_C16_only_the_dispatcher_repairs() public {
        assertOnlyDispatcher(abi.encodeCall(control().repairRoutes, (activeManifest(), 0, none, none)));
    }

    function test_A33_not_while_the_lock_is_held() public {
        vm.prank(owner);
        dispatcher.transferOwnership(address(this));
        dispatcher.acceptOwnership();
        expectError(IPayRoxRouter.LockHeld.selector);
        asCaller().callOut(address(this), abi.encodeCall(this.repairFromOutside, ()));
    }

    function repairFromOutside() external {
        dispatcher.repair(none);
    }

    function test_A31_a_routed_selector_is_no_stray_hot_or_cold() public {
        bytes4[2] memory routed = [Counter.count.selector, Views.administrate.selector];
        address manifest = activeManifest();
        for (uint256 i = 0; i < 2; i++) {
            expectErrorOf(IPayRoxRouter.NotAStray.selector, routed[i]);
            actAsDispatcher();
            control().repairRoutes(manifest, 0, none, one(routed[i]));
        }
    }

    function test_A31_every_slot_hot_and_cold_the_state_and_own_selectors_are_mended() public {
        bytes32 junk = bytes32(uint256(0x40) << 160 | 0xBAD);
        vm.store(address(router), slotOf(Counter.count.selector), junk);
        vm.store(address(router), slotOf(Views.administrate.selector), junk);
        vm.store(address(router), slotOf(IPayRoxRouter.owner.selector), junk);
        vm.store(address(router), STATE, junk);
        repair(none, one(IPayRoxRouter.owner.selector));
        assertServed(firstRoutes());
        assertEq(router.owner(), owner, "an own function is shadowed");
    }

    function test_A42_marks_are_written_with_and_without_a_route() public {
        bytes4[] memory forbidden = two(Counter.count.selector, 0xdeadbeef);
        repair(forbidden, new bytes4[](0));
        (, uint8 flags,) = rawRoute(0xdeadbeef);
        assertEq(flags, 0x80, "no mark without a route");
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
    }

    function test_A33_the_lock_is_free_afterwards() public {
        repair(none, none);
        repair(none, none);
        assertEq(asCounter().increment(), 1, "the lock stayed");
    }
}
