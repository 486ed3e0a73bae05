// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../src/interfaces/IManifestErrors.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { COLD, LOCK, RECEIVE, VIEW_LOCK } from "../harness/Flags.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Manifests, Route } from "../harness/Manifests.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { Views } from "../harness/facets/Views.sol";

/// @notice What is no manifest, or not the approved one, is refused when it is staged.
contract ManifestAttacks is LiveSystem {
    function refused(Plan memory plan, bytes memory reason) private {
        vm.prank(owner);
        vm.expectRevert(reason);
        dispatcher.stage(plan);
    }

    function planOfBytes(bytes memory manifest) private returns (Plan memory) {
        return planForBytes(manifest, bytes32(uint256(1)), 1);
    }

    function oneRoute() private returns (Route[] memory) {
        add(address(views), Views.echo.selector, 0);
        return take();
    }

    function twoRoutes() private returns (Route[] memory) {
        add(address(views), Views.echo.selector, 0);
        add(address(counter), Counter.increment.selector, LOCK);
        return take();
    }

    // --- who ---

    function test_A11_strangers_guardians_and_operators_stage_nothing() public {
        Plan memory plan = planFor(twoRoutes());
        address[4] memory others = [stranger, guardian, operator, bootstrapper];
        for (uint256 i = 0; i < others.length; i++) {
            expectUnauthorized(others[i]);
            vm.prank(others[i]);
            dispatcher.stage(plan);
        }
    }

    // --- root and counts ---

    function test_A12_C7_a_zero_or_another_root_is_refused() public {
        Route[] memory routes = twoRoutes();
        Plan memory plan = planFor(routes);
        bytes32 root = plan.root;
        plan.root = 0;
        refused(plan, abi.encodeWithSelector(IManifestErrors.RootMismatch.selector, bytes32(0), root));
        plan.root = bytes32(uint256(root) ^ 1);
        refused(plan, abi.encodeWithSelector(IManifestErrors.RootMismatch.selector, plan.root, root));
    }

    function test_A12_no_routes_no_facets_and_too_many_routes_are_refused() public {
        bytes memory facet = abi.encodePacked(address(views), address(views).codehash);
        refused(
            planOfBytes(bytes.concat(Manifests.header(1, 1, 0), facet)),
            abi.encodeWithSelector(IManifestErrors.CountOutOfRange.selector, 1, 0)
        );
        refused(
            planOfBytes(Manifests.header(1, 0, 1)),
            abi.encodeWithSelector(IManifestErrors.CountOutOfRange.selector, 0, 1)
        );
        refused(
            planOfBytes(Manifests.header(1, 1, 3901)),
            abi.encodeWithSelector(IManifestErrors.CountOutOfRange.selector, 1, 3901)
        );
    }

    function test_A12_another_count_than_the_plan_says_is_refused() public {
        Plan memory plan = planFor(twoRoutes());
        plan.routes = 3;
        refused(plan, abi.encodeWithSelector(IManifestErrors.RouteCountMismatch.selector, 3, 2));
    }

    function test_A12_more_than_512_hot_routes_are_refused_and_512_are_not() public {
        addAll(manyRoutes(address(views), 0x10000000, 513, 0));
        refused(planFor(take()), abi.encodeWithSelector(IManifestErrors.TooManyHotRoutes.selector, 513));
        addAll(manyRoutes(address(views), 0x10000000, 512, 0));
        stage(planFor(take()));
    }

    // --- epoch and parent ---

    function test_A13_only_the_next_epoch_is_staged() public {
        Plan memory plan = planFor(twoRoutes());
        uint64[5] memory wrong = [uint64(0), 1, 3, 4, type(uint64).max];
        for (uint256 i = 0; i < wrong.length; i++) {
            plan.epoch = wrong[i];
            refused(
                plan, abi.encodeWithSelector(IManifestDispatcher.WrongEpoch.selector, wrong[i], uint64(2))
            );
        }
    }

    function test_A14_H6_a_plan_for_another_parent_or_router_is_refused() public {
        Plan memory plan = planFor(twoRoutes());
        bytes32 parent = plan.parent;
        plan.parent = bytes32(uint256(7));
        refused(plan, abi.encodeWithSelector(IManifestDispatcher.WrongParent.selector, plan.parent, parent));
        plan.parent = parent;
        plan.router = stranger;
        refused(plan, abi.encodeWithSelector(IManifestDispatcher.WrongRouter.selector, stranger, router));
    }

    function test_A14_C13_activation_names_the_plan_it_activates() public {
        Plan memory plan = planFor(twoRoutes());
        expectError(IManifestDispatcher.NothingPending.selector);
        vm.prank(owner);
        dispatcher.activate(plan, "");

        bytes32 id = stage(plan);
        warpToEta();
        Plan memory other = planFor(oneRoute());
        bytes32 otherId = dispatcher.planId(other);
        expectError(IManifestDispatcher.WrongPlan.selector, otherId, id);
        vm.prank(owner);
        dispatcher.activate(other, "");

        activate(plan);
        expectError(IManifestDispatcher.NothingPending.selector);
        vm.prank(owner);
        dispatcher.activate(plan, "");
    }

    function test_H6_the_plan_id_binds_chain_dispatcher_router_epoch_and_parent() public {
        Plan memory plan = planFor(twoRoutes());
        bytes32 id = dispatcher.planId(plan);
        vm.chainId(block.chainid + 1);
        assertNotEq(dispatcher.planId(plan), id, "the chain is not bound");
        vm.chainId(31_337);
        id = dispatcher.planId(plan);

        config.name = "another";
        (address sibling,) = launcher.launch(config);
        assertNotEq(IManifestDispatcher(sibling).planId(plan), id, "the dispatcher is not bound");

        for (uint256 i = 0; i < 13; i++) {
            Plan memory other = abi.decode(abi.encode(plan), (Plan));
            assembly ("memory-safe") {
                let field := add(other, mul(i, 0x20))
                mstore(field, xor(mload(field), 1))
            }
            assertNotEq(dispatcher.planId(other), id, "a field of the plan is not bound");
        }
    }

    // --- bytes ---

    function test_A15_C7_truncated_and_trailing_bytes_are_refused() public {
        bytes memory good = Manifests.encode(twoRoutes());
        bytes memory longer = bytes.concat(good, hex"00");
        refused(
            planOfBytes(longer),
            abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, good.length + 1, good.length)
        );
        for (uint256 cut = 1; cut <= 8; cut++) {
            bytes memory shorter = new bytes(good.length - cut);
            for (uint256 i = 0; i < shorter.length; i++) {
                shorter[i] = good[i];
            }
            refused(
                planOfBytes(shorter),
                abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, shorter.length, good.length)
            );
        }
    }

    function test_A15_bytes_without_a_header_are_refused() public {
        refused(planOfBytes(""), abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, 0, 4));
        refused(
            planOfBytes(hex"010101"), abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, 3, 4)
        );
    }

    function test_A15_versions_zero_and_two_are_refused() public {
        bytes memory manifest = Manifests.encode(twoRoutes());
        manifest[0] = 0x00;
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(IManifestErrors.UnsupportedVersion.selector, uint8(0))
        );
        manifest[0] = 0x02;
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(IManifestErrors.UnsupportedVersion.selector, uint8(2))
        );
    }

    function test_A15_wrong_counts_are_refused() public {
        bytes memory manifest = Manifests.encode(twoRoutes());
        manifest[1] = 0x03;
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(
                IManifestErrors.LengthMismatch.selector, manifest.length, manifest.length + 52
            )
        );
        manifest[1] = 0x02;
        manifest[3] = 0x03;
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(
                IManifestErrors.LengthMismatch.selector, manifest.length, manifest.length + 6
            )
        );
    }

    function test_A15_an_index_beyond_the_facets_is_refused() public {
        Route[] memory routes = oneRoute();
        bytes memory manifest = Manifests.encode(routes);
        manifest[manifest.length - 2] = 0x01;
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(
                IManifestErrors.FacetIndexOutOfRange.selector, Views.echo.selector, uint8(1)
            )
        );
    }

    function test_A15_unknown_and_contradicting_flags_are_refused() public {
        uint8[5] memory flags = [0x40, 0x80, LOCK | VIEW_LOCK, RECEIVE, 0xff];
        for (uint256 i = 0; i < flags.length; i++) {
            bytes memory manifest = Manifests.encode(oneRoute());
            manifest[manifest.length - 1] = bytes1(flags[i]);
            refused(
                planOfBytes(manifest),
                abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, Views.echo.selector, flags[i])
            );
        }
    }

    function test_A15_receive_stands_alone_on_the_zero_selector() public {
        uint8[4] memory flags = [0, RECEIVE | COLD, RECEIVE | LOCK, LOCK];
        for (uint256 i = 0; i < flags.length; i++) {
            bytes memory manifest = bytes.concat(
                Manifests.header(1, 1, 1),
                abi.encodePacked(address(views), address(views).codehash, bytes4(0), uint8(0), flags[i])
            );
            refused(
                planOfBytes(manifest),
                abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, bytes4(0), flags[i])
            );
        }
    }

    function test_A15_what_the_factory_did_not_stage_is_no_manifest() public {
        Route[] memory routes = twoRoutes();
        Plan memory plan = planFor(routes);
        address forged = address(0xF0F0);
        vm.etch(forged, bytes.concat(hex"00", Manifests.encode(routes)));
        plan.manifest = forged;
        refused(plan, abi.encodeWithSelector(IManifestErrors.NotAManifest.selector, forged));
        plan.manifest = stranger;
        refused(plan, abi.encodeWithSelector(IManifestErrors.NotAManifest.selector, stranger));
    }

    /// @notice Any change of one byte is refused, or has another plan id than the approved one.
    function test_A15_no_other_bytes_pass_under_the_same_root(uint256 at, uint8 change) public {
        Route[] memory routes = twoRoutes();
        bytes memory manifest = Manifests.encode(routes);
        at = bound(at, 0, manifest.length - 1);
        if (change == 0) change = 1;
        manifest[at] = bytes1(uint8(manifest[at]) ^ change);
        Plan memory plan = planForBytes(manifest, Manifests.root(routes), 2);
        vm.prank(owner);
        vm.expectRevert();
        dispatcher.stage(plan);
    }

    // --- proofs ---

    function test_A15_C7_false_proofs_are_false() public {
        Route[] memory routes = Manifests.resolve(firstRoutes());
        for (uint256 i = 0; i < routes.length; i++) {
            Route memory route = routes[i];
            bytes32[] memory proof = Manifests.proof(routes, i);
            assertTrue(proves(route, i, proof), "a true proof is denied");
            assertFalse(proves(route, (i + 1) % routes.length, proof), "another place");
            assertFalse(proves(route, i + routes.length, proof), "a place beyond the table");

            bytes32[] memory longer = new bytes32[](proof.length + 1);
            bytes32[] memory shorter = new bytes32[](proof.length - 1);
            for (uint256 j = 0; j < proof.length; j++) {
                longer[j] = proof[j];
                if (j < shorter.length) shorter[j] = proof[j];
            }
            assertFalse(proves(route, i, longer), "an extra level");
            assertFalse(proves(route, i, shorter), "a missing level");

            proof[0] = bytes32(uint256(proof[0]) ^ 1);
            assertFalse(proves(route, i, proof), "a wrong sibling");
        }
    }

    function test_A15_an_inner_node_is_no_leaf() public {
        Route[] memory routes = Manifests.resolve(firstRoutes());
        bytes32[] memory proof = Manifests.proof(routes, 0);
        bytes32[] memory upper = new bytes32[](proof.length - 1);
        for (uint256 j = 0; j < upper.length; j++) {
            upper[j] = proof[j + 1];
        }
        bytes32 left = Manifests.leaf(routes[0]);
        bytes32 right = Manifests.leaf(routes[1]);
        assertFalse(
            dispatcher.verifyRoute(bytes4(left), address(uint160(uint256(left))), right, uint8(0), 0, upper),
            "an inner node passed as a leaf"
        );
    }

    function test_C23_H23_a_proof_of_one_leaf_table_is_empty() public {
        Route[] memory routes = oneRoute();
        release(routes);
        assertTrue(proves(routes[0], 0, new bytes32[](0)), "the only leaf is the root");
        assertEq(Manifests.root(routes), Manifests.leaf(routes[0]), "the only leaf is the root");
    }

    function proves(Route memory route, uint256 index, bytes32[] memory proof) private view returns (bool) {
        return dispatcher.verifyRoute(route.selector, route.facet, route.codeHash, route.flags, index, proof);
    }

    // --- order ---

    function test_A16_H4_two_routes_for_one_selector_are_refused() public {
        bytes memory manifest = bytes.concat(
            Manifests.header(1, 1, 2),
            abi.encodePacked(address(views), address(views).codehash),
            abi.encodePacked(Views.echo.selector, uint8(0), uint8(0)),
            abi.encodePacked(Views.echo.selector, uint8(0), LOCK)
        );
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(IManifestErrors.RoutesNotAscending.selector, Views.echo.selector)
        );
    }

    function test_A16_H4_unsorted_routes_and_facets_are_refused() public {
        (address low, address high) = address(views) < address(counter)
            ? (address(views), address(counter))
            : (address(counter), address(views));
        bytes memory rows = abi.encodePacked(bytes4(0x00000001), uint8(0), uint8(0), bytes4(0x00000002));
        bytes memory manifest = bytes.concat(
            Manifests.header(1, 2, 2),
            abi.encodePacked(high, high.codehash, low, low.codehash),
            rows,
            hex"0100"
        );
        refused(
            planOfBytes(manifest), abi.encodeWithSelector(IManifestErrors.FacetsNotAscending.selector, low)
        );

        manifest = bytes.concat(
            Manifests.header(1, 1, 2),
            abi.encodePacked(low, low.codehash),
            abi.encodePacked(bytes4(0x00000002), uint8(0), uint8(0), bytes4(0x00000001), uint8(0), uint8(0))
        );
        refused(
            planOfBytes(manifest),
            abi.encodeWithSelector(IManifestErrors.RoutesNotAscending.selector, bytes4(0x00000001))
        );

        manifest = bytes.concat(
            Manifests.header(1, 2, 1),
            abi.encodePacked(low, low.codehash, low, low.codehash),
            abi.encodePacked(bytes4(0x00000001), uint8(0), uint8(0))
        );
        refused(
            planOfBytes(manifest), abi.encodeWithSelector(IManifestErrors.FacetsNotAscending.selector, low)
        );
    }

    function test_A16_a_facet_without_a_route_is_refused() public {
        (address low, address high) = address(views) < address(counter)
            ? (address(views), address(counter))
            : (address(counter), address(views));
        bytes memory manifest = bytes.concat(
            Manifests.header(1, 2, 1),
            abi.encodePacked(low, low.codehash, high, high.codehash),
            abi.encodePacked(bytes4(0x00000001), uint8(0), uint8(0))
        );
        refused(planOfBytes(manifest), abi.encodeWithSelector(IManifestErrors.FacetUnused.selector, high));
    }

    function test_A17_the_active_manifest_staged_again_is_a_new_epoch_and_writes_no_route() public {
        Plan memory plan = planFor(firstRoutes());
        stage(plan);
        warpToEta();
        vm.record();
        activate(plan);
        (, bytes32[] memory writes) = vm.accesses(address(router));
        bytes32 state =
            keccak256(abi.encode(uint256(keccak256("payrox.router.state")) - 1)) & ~bytes32(uint256(0xff));
        for (uint256 i = 0; i < writes.length; i++) {
            assertEq(writes[i], state, "a route's slot was written");
        }
        assertEq(activeEpoch(), 2, "no new epoch");
        assertServed(firstRoutes());
    }

    // --- facets ---

    function test_A27_C7_H13_what_is_no_facet_is_refused() public {
        address tooLarge = address(0xB16);
        vm.etch(tooLarge, bytes.concat(hex"00", new bytes(24_576)));
        address delegated = address(0x7702);
        vm.etch(delegated, abi.encodePacked(hex"ef0100", address(views)));
        address eof = address(0xE0F);
        vm.etch(eof, hex"ef00010203");
        address[5] memory none = [stranger, address(4), tooLarge, delegated, eof];
        for (uint256 i = 0; i < none.length; i++) {
            refused(
                planOfFacet(none[i]),
                abi.encodeWithSelector(
                    IManifestErrors.InvalidFacetCode.selector, none[i], none[i].code.length
                )
            );
        }
        refused(
            planOfFacet(address(0)),
            abi.encodeWithSelector(IManifestErrors.FacetsNotAscending.selector, address(0))
        );
    }

    function test_A27_H13_an_account_that_delegates_is_no_facet() public {
        vm.signAndAttachDelegation(address(views), strangerKey);
        (bool ok,) = stranger.call("");
        ok;
        assertEq(stranger.code.length, 23, "the account does not delegate");
        refused(
            planOfFacet(stranger),
            abi.encodeWithSelector(IManifestErrors.InvalidFacetCode.selector, stranger, 23)
        );
    }

    function test_A27_H17_no_core_contract_is_a_facet() public {
        address[6] memory core = [
            address(dispatcher),
            address(router),
            implementation,
            extension,
            address(factory),
            address(launcher)
        ];
        for (uint256 i = 0; i < core.length; i++) {
            refused(
                planOfFacet(core[i]), abi.encodeWithSelector(IManifestErrors.FacetIsCore.selector, core[i])
            );
        }
    }

    function test_A27_a_facet_of_exactly_24576_bytes_is_one() public {
        address largest = address(0xB16);
        vm.etch(largest, new bytes(24_576));
        Route[] memory routes = new Route[](1);
        routes[0] = Route(bytes4(0x00000001), largest, largest.codehash, 0);
        stage(planFor(routes));
    }

    function planOfFacet(address facet) private returns (Plan memory) {
        bytes memory manifest = bytes.concat(
            Manifests.header(1, 1, 1),
            abi.encodePacked(facet, facet.codehash, bytes4(0x00000001), uint8(0), uint8(0))
        );
        return planOfBytes(manifest);
    }

    // --- reserved selectors: every function of router and extension, from their ABIs ---

    function test_A28_H5_H17_no_function_of_the_routers_own_is_routed() public {
        bytes4[] memory own = router.facetFunctionSelectors(address(router));
        assertGe(own.length, 15, "the list is too short to be true");
        for (uint256 i = 0; i < own.length; i++) {
            if (own[i] == router.supportsInterface.selector) continue;
            Route[] memory routes = new Route[](1);
            routes[0] = Route(own[i], address(views), address(views).codehash, COLD);
            refused(
                planFor(routes), abi.encodeWithSelector(IManifestErrors.ReservedSelector.selector, own[i])
            );
        }
    }

    function test_A28_supportsInterface_alone_may_be_routed_and_only_cold() public {
        Route[] memory routes = new Route[](1);
        routes[0] = Route(router.supportsInterface.selector, address(views), address(views).codehash, 0);
        refused(
            planFor(routes),
            abi.encodeWithSelector(
                IManifestErrors.InvalidFlags.selector, router.supportsInterface.selector, uint8(0)
            )
        );
        routes[0].flags = COLD;
        stage(planFor(routes));
    }
}
