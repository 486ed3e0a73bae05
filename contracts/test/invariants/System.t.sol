// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { Route } from "../harness/Manifests.sol";
import { PAUSE_EXEMPT } from "../harness/Flags.sol";
import { Test } from "../harness/Test.sol";
import { Actions } from "./Actions.sol";

/// @notice What holds after any sequence of acts by anyone.
contract SystemInvariants is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Actions private actions;
    IManifestDispatcher private dispatcher;
    IPayRoxRouter private router;
    uint64 private lastEpoch;

    function setUp() public {
        actions = new Actions();
        actions.setUp();
        dispatcher = actions.dispatcherAddress();
        router = IPayRoxRouter(actions.routerAddress());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actions);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[22] memory acts = [
            Actions.stageTable.selector,
            Actions.stageTable.selector,
            Actions.activateStaged.selector,
            Actions.activateStaged.selector,
            Actions.cancelStaged.selector,
            Actions.rollbackTo.selector,
            Actions.undoLast.selector,
            Actions.revokeManifest.selector,
            Actions.stop.selector,
            Actions.restart.selector,
            Actions.restart.selector,
            Actions.forbidOne.selector,
            Actions.allowOne.selector,
            Actions.changeDelay.selector,
            Actions.offerOwnership.selector,
            Actions.takeOwnership.selector,
            Actions.askForSeal.selector,
            Actions.sealNow.selector,
            Actions.callRoute.selector,
            Actions.callRoute.selector,
            Actions.passTime.selector,
            Actions.meddle.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(actions);
        targets[0].selectors = new bytes4[](acts.length);
        for (uint256 i = 0; i < acts.length; i++) {
            targets[0].selectors[i] = acts[i];
        }
    }

    /// @notice I2, I4, I6, I7, I9, I11, I12, I13, A41 are checked at the acts themselves.
    function invariant_I2_I4_I6_I7_I9_I11_I12_I13_no_act_broke_a_rule() external view {
        assertEq(actions.broken(), "", "a rule was broken");
    }

    /// @notice The served set is the active manifest's, by loupe, slots, code and proofs; the loupe adds up.
    function invariant_I1_I5_I8_the_served_set_is_the_active_manifest() external view {
        (,, address manifest, bytes32 root,) = dispatcher.active();
        Plan memory plan = actions.planAt(actions.epoch());
        assertEq(root, plan.root, "another root");
        assertEq(manifest, plan.manifest, "another manifest");
        assertEq(router.manifest(), manifest, "the router knows another manifest");
        actions.checkServed();

        IPayRoxRouter.Facet[] memory facets = router.facets();
        address[] memory addresses = router.facetAddresses();
        assertEq(facets.length, addresses.length, "facets and facetAddresses differ");
        for (uint256 i = 0; i < facets.length; i++) {
            assertEq(facets[i].facetAddress, addresses[i], "facets and facetAddresses differ");
            for (uint256 j = 0; j < i; j++) {
                assertNotEq(addresses[i], addresses[j], "a facet is listed twice");
            }
            bytes4[] memory selectors = facets[i].functionSelectors;
            assertEq(selectors, router.facetFunctionSelectors(addresses[i]), "selectors of one facet");
            for (uint256 j = 0; j < selectors.length; j++) {
                assertEq(router.facetAddress(selectors[j]), addresses[i], "facetAddress disagrees");
            }
        }
    }

    /// @notice Nothing outside the model moves the epoch, and history never changes.
    function invariant_I3_the_epoch_rises_by_one() external {
        (uint64 epoch,,,,) = dispatcher.active();
        assertEq(epoch, actions.epoch(), "the epoch moved without an act, or by more than one");
        assertGe(epoch, lastEpoch, "the epoch fell");
        lastEpoch = epoch;
        for (uint64 i = 1; i <= epoch; i++) {
            (bytes32 id, address manifest,) = dispatcher.history(i);
            Plan memory plan = actions.planAt(i);
            assertEq(id, dispatcher.planId(plan), "history names another plan");
            assertEq(manifest, plan.manifest, "history names another manifest");
        }
    }

    function invariant_I6_a_sealed_system_keeps_its_epoch() external view {
        if (actions.isSealed()) {
            assertEq(actions.epoch(), actions.sealedEpoch(), "the epoch moved after the seal");
        }
    }

    function invariant_I7_I12_flags_stop_what_they_say() external view {
        assertFlags();
        Route[] memory active = actions.activeTable();
        for (uint256 i = 0; i < active.length; i++) {
            bytes4 selector = active[i].selector;
            bool forbidden = actions.isForbiddenByModel(selector);
            assertEq(dispatcher.isForbidden(selector), forbidden, "the forbidden set");
            bool stopped =
                forbidden || actions.halted() || (actions.paused() && active[i].flags & PAUSE_EXEMPT == 0);
            (,,,, bool blocked) = router.routeOf(selector);
            assertEq(blocked, stopped, "a route is blocked, or not, against the flags");
        }
        assertEq(dispatcher.forbidden().length, actions.forbiddenByModel().length, "the forbidden set's size");
    }

    function assertFlags() private view {
        (bool paused, bool halted, bool frozen, bool isSealed,,,) = dispatcher.status();
        assertEq(paused, actions.paused(), "paused");
        assertEq(halted, actions.halted(), "halted");
        assertEq(frozen, actions.frozen(), "frozen");
        assertEq(isSealed, actions.isSealed(), "sealed");
    }

    function invariant_I10_the_dispatcher_owns_what_it_shows() external view {
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity is denied");
        assertEq(dispatcher.router(), address(router), "the router changed");
    }

    function invariant_I13_there_is_always_an_owner() external view {
        assertNotEq(dispatcher.owner(), address(0), "no owner");
    }

    /// @notice Bit-equal restoration, and nothing left of what came between: every slot is a function of table and flags alone.
    function invariant_I14_every_slot_is_what_table_and_flags_demand_however_it_came_there() external view {
        actions.checkSlots();
    }

    /// @notice From every unsealed state the owner gets out.
    function invariant_I16_the_owner_always_gets_out() external {
        if (actions.isSealed()) return;
        uint256 snapshot = vm.snapshotState();
        bytes4[] memory forbidden = actions.forbiddenByModel();
        if (forbidden.length != 0) {
            vm.prank(dispatcher.owner());
            dispatcher.allow(forbidden);
        }
        actions.recover(actions.routesAt(actions.epoch()) == 0 ? 1 : 0);
        vm.revertToState(snapshot);
    }

    /// @notice The acts really happen: an invariant over nothing would hold as well.
    function test_the_acts_reach_what_they_are_meant_to() external {
        Actions a = actions;
        a.callRoute(5, uint256(uint32(0)), bytes32(0));
        for (uint256 i = 0; i < 64 && a.count("call") == 0; i++) {
            a.callRoute(5, i << 8, bytes32(i));
        }
        assertGt(a.count("call"), 0, "no call succeeded");
        a.stageTable(0, 1, 0, true);
        assertEq(a.count("stage"), 1, "no stage");
        a.passTime(uint32(1 days));
        a.activateStaged(4);
        assertEq(a.count("activate"), 1, "no activation");
        a.undoLast(2);
        assertEq(a.count("undo"), 1, "no undo");
        a.rollbackTo(0, 2);
        assertEq(a.count("rollback"), 1, "no rollback");
        a.stop(2, 0);
        a.stop(2, 2);
        a.restart(0, false);
        a.restart(0, true);
        assertEq(a.count("pause") + a.count("freeze") + a.count("unpause") + a.count("unfreeze"), 4, "stops");
        a.forbidOne(2, 3);
        a.allowOne(0, 0);
        assertEq(a.count("forbid") + a.count("allow"), 2, "forbid, allow");
        a.offerOwnership(0, 3);
        a.takeOwnership(3);
        assertEq(a.count("acceptOwnership"), 1, "no new owner");
        a.meddle(0x12345678, "", true);
        assertEq(a.count("meddle"), 1, "nobody meddled");
        a.checkSlots();
        assertEq(a.broken(), "", "a rule was broken");
    }
}
