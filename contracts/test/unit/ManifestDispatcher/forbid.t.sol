// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract Forbid is Unit {
    bytes4 private constant HOT = Counter.increment.selector;
    bytes4 private constant COLD_ONE = Views.administrate.selector;

    function refuse(bytes4[] memory selectors, bytes4 error, bytes4 selector) private {
        assertRefused(
            guardian, abi.encodeCall(dispatcher.forbid, (selectors)), abi.encodeWithSelector(error, selector)
        );
    }

    function test_A38_A54_only_owner_and_guardians_forbid() public {
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.forbid, (one(HOT))));
    }

    function test_A42_the_routers_own_selectors_are_refused() public {
        bytes4 reserved = IManifestErrors.ReservedSelector.selector;
        refuse(one(IPayRoxRouter.batch.selector), reserved, IPayRoxRouter.batch.selector);
        refuse(two(HOT, 0x01ffc9a7), reserved, 0x01ffc9a7);
        assertFalse(dispatcher.isForbidden(HOT), "the one before stayed");
    }

    function test_A42_what_has_no_route_is_refused() public {
        refuse(two(HOT, 0xdeadbeef), IManifestDispatcher.NotRouted.selector, 0xdeadbeef);
        assertFalse(dispatcher.isForbidden(HOT), "the one before stayed");
        // Nor what was staged only.
        stage(planFor(secondRoutes()));
        bytes4 staged = bytes4(keccak256("step()"));
        refuse(one(staged), IManifestDispatcher.NotRouted.selector, staged);
    }

    function test_A42_nothing_is_forbidden_before_the_first_epoch() public {
        config.name = "bare";
        (address bare,) = launcher.launch(config);
        expectErrorOf(IManifestDispatcher.NotRouted.selector, HOT);
        vm.prank(owner);
        IManifestDispatcher(bare).forbid(one(HOT));
    }

    function test_A42_C1_hot_and_cold_selectors_stop_and_others_go_on() public {
        bytes4[] memory selectors = two(HOT, COLD_ONE);
        expectFromDispatcher();
        emit IManifestDispatcher.SelectorsForbidden(guardian, selectors);
        vm.prank(guardian);
        dispatcher.forbid(selectors);

        assertEq(dispatcher.forbidden(), selectors, "the list");
        assertTrue(dispatcher.isForbidden(HOT) && dispatcher.isForbidden(COLD_ONE), "not forbidden");
        assertFalse(dispatcher.isForbidden(Counter.count.selector), "another is");
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, HOT);
        asCounter().increment();
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, COLD_ONE);
        asViews().administrate(1);
        assertEq(asCounter().count(), 0, "another stopped");
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
    }

    function test_A42_an_exempt_selector_stops_and_plain_ether_too() public {
        bytes4[] memory selectors = two(Counter.count.selector, bytes4(0));
        vm.prank(owner);
        dispatcher.forbid(selectors);
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.count.selector);
        asCounter().count();
        (bool ok, bytes memory reason) = address(router).call{ value: 1 }("");
        assertFalse(ok, "ether arrived");
        assertEq(
            reason, abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, bytes4(0)), "the reason"
        );
    }

    function test_A42_forbidding_again_lists_once_and_writes_again() public {
        vm.prank(guardian);
        dispatcher.forbid(two(HOT, HOT));
        assertEq(dispatcher.forbidden(), one(HOT), "listed twice");
        vm.store(address(router), slotOf(HOT), bytes32(0));
        forbid(HOT);
        assertEq(dispatcher.forbidden(), one(HOT), "listed twice");
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, HOT);
        asCounter().increment();
        assertTrue(dispatcher.verifySystemIntegrity(), "not written again");
    }

    function test_A42_more_than_a_slot_of_selectors_are_listed_in_order(uint8 count) public {
        addAll(manyRoutes(address(views), 0x10000000, 40, 0));
        release(take());
        uint256 many = bound(count, 0, 40);
        bytes4[] memory selectors = new bytes4[](many);
        for (uint256 i = 0; i < many; i++) {
            selectors[i] = bytes4(uint32(0x10000000 + (i * 7) % 40));
        }
        vm.prank(guardian);
        dispatcher.forbid(selectors);
        assertEq(dispatcher.forbidden(), selectors, "another list");
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
    }

    function test_A42_I12_it_survives_manifests_rollbacks_pause_and_repair() public {
        forbid(HOT);
        forbid(Counter.lastCaller.selector);
        release(secondRoutes());
        assertForbidden();
        pause();
        unpause();
        vm.prank(owner);
        dispatcher.repair(new bytes4[](0));
        assertForbidden();
        rollbackTo(1);
        assertForbidden();
    }

    function assertForbidden() private {
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, HOT);
        asCounter().increment();
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.lastCaller.selector);
        asCounter().lastCaller();
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
    }

    function test_A39_it_works_while_frozen_and_sealed() public {
        freeze();
        forbid(HOT);
        vm.prank(owner);
        dispatcher.unfreeze();
        sealNow();
        forbid(COLD_ONE);
        assertEq(dispatcher.forbidden(), two(HOT, COLD_ONE), "the list");
    }
}
