// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../src/interfaces/PayRoxTypes.sol";
import { IPayRoxRouter } from "../src/interfaces/IPayRoxRouter.sol";
import { LiveSystem } from "./harness/LiveSystem.sol";
import { Route } from "./harness/Manifests.sol";
import { Counter } from "./harness/facets/Counter.sol";
import { Views } from "./harness/facets/Views.sol";
import { Token } from "./harness/facets/Token.sol";

/// @notice The whole life of a system in one test: what every other test takes for granted.
contract Smoke is LiveSystem {
    function test_a_system_lives_through_every_act() public {
        (address dispatcher_, address router_) = launcher.predict(config);
        assertEq(dispatcher_, address(dispatcher), "the dispatcher was predicted elsewhere");
        assertEq(router_, address(router), "the router was predicted elsewhere");
        assertEq(router.owner(), owner, "the router names another owner");
        assertServed(firstRoutes());

        asCounter().increment();
        assertEq(asCounter().count(), 1, "a hot, locked route");
        asViews().administrate(7);
        asToken().mint(stranger, 5);
        assertEq(asToken().balanceOf(stranger), 5, "a cold, locked route and a pinned one");
        (bool sent,) = address(router).call{ value: 1 ether }("");
        assertTrue(sent && address(router).balance == 1 ether, "plain ether");

        _upgradeAndBack();
        _stopAndStart();
    }

    function _upgradeAndBack() private {
        Plan memory second = release(planFor(secondRoutes()), "");
        assertServed(secondRoutes());
        asCounter().increment();
        assertEq(asCounter().count(), 11, "the second counter counts by ten");

        rollbackTo(1);
        assertServed(firstRoutes());
        asCounter().increment();
        assertEq(asCounter().count(), 12, "the first counter again");
        assertEq(activeEpoch(), 3, "a rollback is a new epoch");

        second = release(planFor(secondRoutes()), "");
        vm.prank(guardian);
        dispatcher.undo(4, second, planOf[3]);
        assertServed(firstRoutes());
        assertEq(activeEpoch(), 5, "an undo is a new epoch");
    }

    function _stopAndStart() private {
        vm.prank(guardian);
        dispatcher.pause();
        vm.expectRevert(
            abi.encodeWithSelector(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector)
        );
        asCounter().increment();
        vm.expectRevert(
            abi.encodeWithSelector(IPayRoxRouter.RoutePaused.selector, Views.administrate.selector)
        );
        asViews().administrate(7);
        assertEq(asCounter().count(), 12, "an exempt view goes on");
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity while paused");

        vm.prank(owner);
        dispatcher.unpause();
        asCounter().increment();
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity after the pause");

        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (Counter.increment.selector, Token.mint.selector);
        vm.prank(guardian);
        dispatcher.forbid(selectors);
        vm.expectRevert(
            abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, Counter.increment.selector)
        );
        asCounter().increment();
        vm.expectRevert(abi.encodeWithSelector(IPayRoxRouter.RouteForbidden.selector, Token.mint.selector));
        asToken().mint(stranger, 1);
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity with forbidden selectors");

        vm.prank(owner);
        dispatcher.allow(selectors);
        asCounter().increment();
        assertEq(asCounter().count(), 14, "all is as it was");
        assertServed(firstRoutes());
    }
}
