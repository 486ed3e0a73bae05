// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter, IPayRoxRouterControl } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";
import { Counter, CounterByTen } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";
import { Token } from "../../harness/facets/Token.sol";
import { Route } from "../../harness/Manifests.sol";
import { COLD, LOCK, PAUSE_EXEMPT, PIN, STATE } from "../../harness/Flags.sol";
import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IDiamond } from "../../../src/interfaces/IDiamond.sol";
import { Initializer } from "../../harness/facets/Initializer.sol";
import { Vm } from "../../harness/Vm.sol";

/// @notice What an install logs, and who may.
contract Install is Unit {
    bytes32 private constant CUT = keccak256("DiamondCut((address,uint8,bytes4[])[],address,bytes)");

    /// @dev The served table according to the cuts alone.
    mapping(bytes4 => address) private byCuts;
    bytes4[] private seen;

    /// @dev The cuts of the next install; none if there was no `DiamondCut`.
    function cutsOf(Plan memory plan, bytes memory data)
        private
        returns (IDiamond.FacetCut[] memory cuts, address init, bytes memory initData, bool found)
    {
        stage(plan);
        warpToEta();
        vm.recordLogs();
        activate(plan, data);
        return readCuts();
    }

    function readCuts()
        private
        returns (IDiamond.FacetCut[] memory cuts, address init, bytes memory initData, bool found)
    {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 installs;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] == IPayRoxRouter.ManifestInstalled.selector) installs++;
            if (logs[i].topics[0] != CUT) continue;
            assertFalse(found, "two cuts in one install");
            assertEq(logs[i].emitter, address(router), "another emitter");
            found = true;
            (cuts, init, initData) = abi.decode(logs[i].data, (IDiamond.FacetCut[], address, bytes));
            // Canonical: nothing but what the decoder reads.
            assertEq(logs[i].data, abi.encode(cuts, init, initData), "not the canonical encoding");
        }
        assertEq(installs, 1, "ManifestInstalled once");
    }

    /// @dev Applies cuts as EIP-2535 says, and refuses what it forbids.
    function apply_(IDiamond.FacetCut[] memory cuts) private {
        for (uint256 i = 0; i < cuts.length; i++) {
            address facet = cuts[i].facetAddress;
            assertGt(cuts[i].functionSelectors.length, 0, "an empty cut");
            for (uint256 j = 0; j < i; j++) {
                assertFalse(
                    facet == cuts[j].facetAddress && cuts[i].action == cuts[j].action, "not grouped by facet"
                );
            }
            for (uint256 j = 0; j < cuts[i].functionSelectors.length; j++) {
                applyOne(cuts[i].functionSelectors[j], facet, cuts[i].action);
            }
        }
    }

    function applyOne(bytes4 selector, address facet, IDiamond.FacetCutAction action) private {
        address old = byCuts[selector];
        if (action == IDiamond.FacetCutAction.Add) {
            assertEq(old, address(0), "adds what is there");
            assertNotEq(facet, address(0), "adds nothing");
        } else if (action == IDiamond.FacetCutAction.Replace) {
            assertNotEq(old, address(0), "replaces what is not there");
            assertNotEq(old, facet, "replaces by the same facet");
            assertNotEq(facet, address(0), "replaces by nothing");
        } else {
            assertNotEq(old, address(0), "removes what is not there");
            assertEq(facet, address(0), "a removal names a facet");
        }
        byCuts[selector] = facet;
        seen.push(selector);
    }

    function assertCutsLeadTo(Route[] memory routes) private view {
        for (uint256 i = 0; i < seen.length; i++) {
            assertEq(byCuts[seen[i]], router.facetAddress(seen[i]), "the cuts say another facet");
        }
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].selector == 0) continue;
            assertEq(byCuts[routes[i].selector], routes[i].facet, "the cuts miss a route");
        }
    }

    function start() private {
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            byCuts[routes[i].selector] = router.facetAddress(routes[i].selector);
        }
    }

    // --- who ---

    function test_A6_C16_only_the_dispatcher_installs() public {
        address manifest = activeManifest();
        address[4] memory others = [owner, guardian, stranger, address(router)];
        bytes memory act = abi.encodeCall(
            IPayRoxRouterControl.install, (manifest, manifest, 0, new bytes4[](0), address(0), "")
        );
        for (uint256 i = 0; i < 4; i++) {
            (bool ok, bytes memory reason) = tryCallAs(others[i], address(router), act);
            assertFalse(ok, "somebody else installed");
            assertEq(
                reason,
                abi.encodeWithSelector(IPayRoxRouter.NotDispatcher.selector, others[i]),
                "another reason"
            );
        }
    }

    function test_A33_not_while_the_lock_is_held() public {
        // A locked route whose facet makes the operator activate.
        Plan memory plan = dueSecond();
        vm.prank(owner);
        dispatcher.setOperator(address(this), true);
        bytes memory again = abi.encodeCall(this.activateFromOutside, (plan));
        expectError(IPayRoxRouter.LockHeld.selector);
        asCaller().callOut(address(this), again);
    }

    function activateFromOutside(Plan calldata plan) external {
        dispatcher.activate(plan, "");
    }

    // --- the log ---

    function test_H21_the_first_install_only_adds() public {
        config.name = "bare";
        (address bare, address bareRouter) = launcher.launch(config);
        (dispatcher, router) = (IManifestDispatcher(bare), IPayRoxRouter(bareRouter));
        (IDiamond.FacetCut[] memory cuts, address init, bytes memory data, bool found) =
            cutsOf(planFor(firstRoutes()), "");
        assertTrue(found && init == address(0) && data.length == 0, "no cut, or an init");
        assertEq(cuts.length, 4, "a cut for each facet");
        apply_(cuts);
        assertCutsLeadTo(firstRoutes());
    }

    function test_H21_an_upgrade_and_a_rollback_log_their_difference() public {
        start();
        (IDiamond.FacetCut[] memory cuts,,,) = cutsOf(planFor(secondRoutes()), "");
        apply_(cuts);
        assertCutsLeadTo(secondRoutes());

        vm.recordLogs();
        rollbackTo(1);
        bool found;
        (cuts,,, found) = readCuts();
        assertTrue(found, "a rollback without a cut");
        apply_(cuts);
        assertCutsLeadTo(firstRoutes());
    }

    function test_H21_C11_any_two_tables_log_their_exact_difference(uint256 seed) public {
        release(someRoutes(seed));
        Route[] memory current = someRoutes(seed);
        for (uint256 i = 0; i < current.length; i++) {
            byCuts[current[i].selector] = current[i].facet;
        }
        Route[] memory next = someRoutes(~seed);
        (IDiamond.FacetCut[] memory cuts,,,) = cutsOf(planFor(next), "");
        apply_(cuts);
        assertCutsLeadTo(next);
        assertServed(next);
        assertOnlyDifferences(current);
    }

    /// @dev No selector in the cuts whose facet was the same before.
    function assertOnlyDifferences(Route[] memory current) private view {
        for (uint256 i = 0; i < seen.length; i++) {
            for (uint256 j = 0; j < current.length; j++) {
                if (seen[i] != current[j].selector) continue;
                assertNotEq(byCuts[seen[i]], current[j].facet, "a cut that changes nothing");
            }
        }
    }

    /// @dev Up to 24 routes over four facets, with and without flags.
    function someRoutes(uint256 seed) private returns (Route[] memory) {
        address[4] memory facets = [address(counter), address(views), address(token), address(caller)];
        uint8[6] memory flags = [0, LOCK, COLD, COLD | LOCK, PIN, PAUSE_EXEMPT];
        add(facets[seed % 4], 0x10000001, 0);
        for (uint32 i = 0; i < 24; i++) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            if (dice % 3 != 0) {
                add(facets[(dice >> 8) % 4], bytes4(0x20000000 + i), flags[(dice >> 16) % 6]);
            }
        }
        return take();
    }

    function test_H21_a_change_of_flags_alone_is_logged_as_ManifestInstalled_only() public {
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].selector == Views.echo.selector) routes[i].flags = LOCK;
            if (routes[i].selector == Views.self.selector) routes[i].flags = COLD;
            if (routes[i].selector == Token.mint.selector) routes[i].flags = PIN;
        }
        Plan memory plan = planFor(routes);
        address old = activeManifest();
        stage(plan);
        warpToEta();
        uint256 state = vm.snapshotState();
        expectFromRouter();
        emit IPayRoxRouter.ManifestInstalled(old, plan.manifest);
        activate(plan);
        assertServed(routes);

        vm.revertToState(state);
        vm.recordLogs();
        activate(plan);
        (,,, bool found) = readCuts();
        assertFalse(found, "a DiamondCut that changes no facet");
    }

    function test_H21_A17_the_same_manifest_again_logs_no_cut_unless_there_is_an_init() public {
        (,,, bool found) = cutsOf(planFor(firstRoutes()), "");
        assertFalse(found, "a cut without a change");

        bytes memory data = abi.encodeCall(Initializer.init, (5));
        Plan memory plan = withInit(planFor(firstRoutes()), address(initializer), data);
        (IDiamond.FacetCut[] memory cuts, address init, bytes memory initData, bool again) =
            cutsOf(plan, data);
        assertTrue(again && cuts.length == 0, "no cut for the init");
        assertEq(init, address(initializer), "another init target");
        assertEq(initData, data, "other init data");
    }

    function test_H21_init_data_of_any_length_is_logged_whole(bytes calldata data) public {
        vm.assume(data.length < 4 || bytes4(data[:4]) != bytes4(0));
        vm.etch(address(initializer), hex"00");
        Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), data);
        (,, bytes memory initData, bool found) = cutsOf(plan, data);
        assertTrue(found, "no cut");
        assertEq(initData, data, "other init data");
    }

    function test_A42_H21_a_forbidden_selectors_change_is_logged_like_any_other() public {
        start();
        forbid(CounterByTen.increment.selector);
        forbid(Counter.lastCaller.selector);
        (IDiamond.FacetCut[] memory cuts,,,) = cutsOf(planFor(secondRoutes()), "");
        apply_(cuts);
        assertCutsLeadTo(secondRoutes());
    }

    // --- the slots ---

    function test_C11_C12_H9_only_what_differs_is_written() public {
        Plan memory plan = dueSecond();
        vm.record();
        activate(plan);
        (, bytes32[] memory writes) = vm.accesses(address(router));
        for (uint256 i = 0; i < writes.length; i++) {
            assertNotEq(writes[i], slotOf(Views.echo.selector), "an unchanged route was written");
            assertNotEq(writes[i], slotOf(Token.balanceOf.selector), "an unchanged route was written");
        }
    }

    function test_the_slot_holds_facet_flags_and_prefix_with_FAST_where_nothing_is_checked() public view {
        assertSlot(Views.echo.selector, address(views), 0x40);
        assertSlot(Counter.count.selector, address(counter), 0x40 | PAUSE_EXEMPT);
        assertSlot(Counter.increment.selector, address(counter), LOCK);
        assertSlot(Token.transfer.selector, address(token), LOCK | PIN);
    }

    function assertSlot(bytes4 selector, address facet, uint8 flags) private view {
        (address facet_, uint8 flags_, bytes11 prefix) = rawRoute(selector);
        assertEq(facet_, facet, "facet");
        assertEq(flags_, flags, "flags");
        assertTrue(prefix == bytes11(facet.codehash), "prefix");
    }

    // --- init ---

    function test_C17_C18_init_may_change_no_route_no_state_and_none_of_the_routers_own_functions() public {
        bytes32[4] memory slots = [
            slotOf(Views.echo.selector),
            slotOf(IPayRoxRouter.owner.selector),
            STATE,
            slotOf(Views.administrate.selector)
        ];
        for (uint256 i = 0; i < 4; i++) {
            bytes memory data = abi.encodeCall(Initializer.write, (slots[i], bytes32(uint256(0xBAD))));
            Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), data);
            bytes32 id = stage(plan);
            warpToEta();
            expectError(IPayRoxRouter.InitChangedRouter.selector);
            activate(plan, data);
            vm.prank(owner);
            dispatcher.cancel(id);
        }
    }
}
