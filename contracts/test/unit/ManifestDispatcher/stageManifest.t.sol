// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { COLD, LOCK, PAUSE_EXEMPT, PIN, RECEIVE, VIEW_LOCK } from "../../harness/Flags.sol";
import { Manifests, Route } from "../../harness/Manifests.sol";
import { Views } from "../../harness/facets/Views.sol";
import { Unit } from "../Unit.sol";

/// @notice Which bytes `stage` takes for a manifest: every refusal, in the order of the checks.
contract StageManifest is Unit {
    bytes4 private constant A = 0x10000000;
    bytes4 private constant B = 0x20000000;

    function refuse(bytes memory manifest, bytes memory reason) private {
        refusePlan(planForBytes(manifest, "root", 1), reason);
    }

    function refusePlan(Plan memory plan, bytes memory reason) private {
        assertRefused(owner, abi.encodeCall(dispatcher.stage, (plan)), reason);
    }

    function accept(Route[] memory routes) private {
        bytes32 id = stage(planFor(routes));
        vm.prank(owner);
        dispatcher.cancel(id);
    }

    function facetRow(address facet) private view returns (bytes memory) {
        return abi.encodePacked(facet, facet.codehash);
    }

    function routeRow(bytes4 selector, uint8 index, uint8 flags) private pure returns (bytes memory) {
        return abi.encodePacked(selector, index, flags);
    }

    /// @dev One facet, one route.
    function simple(bytes4 selector, uint8 index, uint8 flags) private view returns (bytes memory) {
        return
            bytes.concat(
                Manifests.header(1, 1, 1), facetRow(address(views)), routeRow(selector, index, flags)
            );
    }

    function ordered() private view returns (address low, address high) {
        (low, high) = (address(views), address(token));
        if (low > high) (low, high) = (high, low);
    }

    // --- the chunk ---

    function test_A15_what_the_factory_did_not_stage_is_no_manifest() public {
        Plan memory plan = planFor(secondRoutes());
        address[4] memory others = [address(0), stranger, address(views), address(router)];
        for (uint256 i = 0; i < 4; i++) {
            plan.manifest = others[i];
            refusePlan(plan, abi.encodeWithSelector(IManifestErrors.NotAManifest.selector, others[i]));
        }
    }

    /// @notice Content-addressed like a chunk, but code that runs: such a manifest could destroy itself once it is active.
    function test_A15_A48_C23_code_that_does_not_begin_with_STOP_is_no_manifest(bytes1 first) public {
        vm.assume(first != 0x00 && first != 0xef);
        Plan memory plan = planFor(secondRoutes());
        bytes memory code = bytes.concat(first, bytesOf[plan.manifest]);
        bytes memory initCode = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        plan.manifest = factory.deployDeterministic(0, initCode, "");
        assertEq(plan.manifest.code, code, "it is not what was deployed");
        refusePlan(plan, abi.encodeWithSelector(IManifestErrors.NotAManifest.selector, plan.manifest));
    }

    // --- the form ---

    function test_A15_fewer_than_four_bytes_are_no_header() public {
        bytes[4] memory short = [bytes(""), hex"01", hex"0101", hex"010100"];
        for (uint256 i = 0; i < 4; i++) {
            refuse(short[i], abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, i, 4));
        }
    }

    function test_A15_every_version_but_one_is_refused(uint8 version) public {
        vm.assume(version != 1);
        bytes memory manifest = simple(A, 0, 0);
        manifest[0] = bytes1(version);
        refuse(manifest, abi.encodeWithSelector(IManifestErrors.UnsupportedVersion.selector, version));
    }

    function test_A12_counts_of_none_and_too_many_are_refused() public {
        uint256[2][4] memory counts = [[uint256(0), 0], [uint256(0), 1], [uint256(1), 0], [uint256(1), 3901]];
        for (uint256 i = 0; i < 4; i++) {
            refuse(
                Manifests.header(1, counts[i][0], counts[i][1]),
                abi.encodeWithSelector(IManifestErrors.CountOutOfRange.selector, counts[i][0], counts[i][1])
            );
        }
    }

    function test_A12_A15_the_largest_counts_are_only_a_matter_of_length() public {
        refuse(
            Manifests.header(1, 255, 3900),
            abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, 4, 4 + 255 * 52 + 3900 * 6)
        );
    }

    function test_A15_one_byte_more_or_less_is_refused() public {
        bytes memory good = simple(A, 0, 0);
        refuse(
            bytes.concat(good, hex"00"),
            abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, good.length + 1, good.length)
        );
        uint256 length = good.length;
        assembly ("memory-safe") {
            mstore(good, sub(length, 1))
        }
        refuse(good, abi.encodeWithSelector(IManifestErrors.LengthMismatch.selector, length - 1, length));
    }

    // --- the facets ---

    function test_A16_facets_in_another_order_equal_or_zero_are_refused() public {
        (address low, address high) = ordered();
        bytes memory routes = bytes.concat(routeRow(A, 0, 0), routeRow(B, 1, 0));
        bytes memory head = Manifests.header(1, 2, 2);
        bytes4 error = IManifestErrors.FacetsNotAscending.selector;
        refuse(bytes.concat(head, facetRow(high), facetRow(low), routes), abi.encodeWithSelector(error, low));
        refuse(bytes.concat(head, facetRow(low), facetRow(low), routes), abi.encodeWithSelector(error, low));
        refuse(
            bytes.concat(head, facetRow(address(0)), facetRow(low), routes),
            abi.encodeWithSelector(error, address(0))
        );
    }

    function test_A27_every_core_contract_is_refused() public {
        address[] memory contracts = core();
        for (uint256 i = 0; i < contracts.length; i++) {
            refuse(
                bytes.concat(Manifests.header(1, 1, 1), facetRow(contracts[i]), routeRow(A, 0, 0)),
                abi.encodeWithSelector(IManifestErrors.FacetIsCore.selector, contracts[i])
            );
        }
    }

    function test_A27_H13_accounts_precompiles_delegates_and_wrong_sizes_are_refused() public {
        address facet = address(0xFACE7);
        bytes[4] memory codes =
            [bytes(""), hex"ef", abi.encodePacked(hex"ef0100", address(views)), new bytes(24_577)];
        for (uint256 i = 0; i < 4; i++) {
            vm.etch(facet, codes[i]);
            refuse(
                bytes.concat(Manifests.header(1, 1, 1), facetRow(facet), routeRow(A, 0, 0)),
                abi.encodeWithSelector(IManifestErrors.InvalidFacetCode.selector, facet, facet.code.length)
            );
        }
        refuse(
            bytes.concat(Manifests.header(1, 1, 1), facetRow(address(9)), routeRow(A, 0, 0)),
            abi.encodeWithSelector(IManifestErrors.InvalidFacetCode.selector, address(9), 0)
        );
        uint256[2] memory sizes = [uint256(1), 24_576];
        for (uint256 i = 0; i < 2; i++) {
            vm.etch(facet, new bytes(sizes[i]));
            add(facet, A, 0);
            accept(take());
        }
    }

    function test_A26_C7_another_code_hash_is_refused_zero_too() public {
        bytes32[2] memory listed = [bytes32(0), "other"];
        for (uint256 i = 0; i < 2; i++) {
            refuse(
                bytes.concat(
                    Manifests.header(1, 1, 1), abi.encodePacked(views, listed[i]), routeRow(A, 0, 0)
                ),
                abi.encodeWithSelector(
                        IManifestErrors.CodeHashMismatch.selector, views, listed[i], address(views).codehash
                    )
            );
        }
    }

    // --- the routes ---

    function test_A16_H4_equal_and_descending_selectors_are_refused(bytes4 first, bytes4 second) public {
        vm.assume(first != 0 && uint32(second) <= uint32(first) && !isReserved(first));
        bytes memory manifest = bytes.concat(
            Manifests.header(1, 1, 2),
            facetRow(address(views)),
            routeRow(first, 0, 0),
            routeRow(second, 0, second == 0 ? RECEIVE : 0)
        );
        refuse(manifest, abi.encodeWithSelector(IManifestErrors.RoutesNotAscending.selector, second));
    }

    function isReserved(bytes4 selector) private view returns (bool) {
        bytes4[] memory own = router.facetFunctionSelectors(address(router));
        for (uint256 i = 0; i < own.length; i++) {
            if (own[i] == selector) return true;
        }
        return false;
    }

    function test_A28_H5_each_of_the_routers_own_is_refused_and_its_neighbours_are_not() public {
        bytes4[] memory own = router.facetFunctionSelectors(address(router));
        assertEq(own.length, 16, "another number of own functions");
        for (uint256 i = 0; i < own.length; i++) {
            if (own[i] == 0x01ffc9a7) continue;
            refuse(
                simple(own[i], 0, 0),
                abi.encodeWithSelector(IManifestErrors.ReservedSelector.selector, own[i])
            );
            refuse(
                simple(own[i], 0, COLD),
                abi.encodeWithSelector(IManifestErrors.ReservedSelector.selector, own[i])
            );
            add(address(views), bytes4(uint32(own[i]) - 1), bytes4(uint32(own[i]) + 1), 0);
        }
        accept(take());
    }

    /// @dev The router asks the facet from its own code, past slot and lock: what a lock would promise, it could not keep.
    function test_A28_H2_supportsInterface_is_routed_cold_and_without_a_lock_or_not_at_all() public {
        for (uint8 flags = 0; flags < 32; flags++) {
            if (flags & (LOCK | VIEW_LOCK) == LOCK | VIEW_LOCK) continue;
            if (flags & (COLD | LOCK | VIEW_LOCK) == COLD) {
                add(address(views), 0x01ffc9a7, flags);
                accept(take());
                continue;
            }
            refuse(
                simple(0x01ffc9a7, 0, flags),
                abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, bytes4(0x01ffc9a7), flags)
            );
        }
    }

    function test_A16_the_last_selector_of_all_is_a_selector() public {
        add(address(views), 0xfffffffe, 0xffffffff, 0);
        accept(take());
    }

    function test_A15_an_index_beyond_the_facets_is_refused(uint8 index) public {
        vm.assume(index != 0);
        refuse(
            simple(A, index, 0),
            abi.encodeWithSelector(IManifestErrors.FacetIndexOutOfRange.selector, A, index)
        );
    }

    function test_A15_of_all_256_flags_24_are_allowed_on_an_ordinary_selector() public {
        uint256 allowed;
        for (uint256 i = 0; i < 256; i++) {
            uint8 flags = uint8(i);
            bool valid = flags & (0xc0 | RECEIVE) == 0 && flags & (LOCK | VIEW_LOCK) != (LOCK | VIEW_LOCK);
            if (valid) {
                add(address(views), A, flags);
                Plan memory plan = planFor(take());
                vm.prank(owner);
                dispatcher.stage(plan);
                bytes32 id = pendingPlan();
                vm.prank(owner);
                dispatcher.cancel(id);
                allowed++;
            } else {
                refuse(
                    simple(A, 0, flags),
                    abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, A, flags)
                );
            }
        }
        assertEq(allowed, 24, "another number");
    }

    function test_A15_the_zero_selector_takes_RECEIVE_on_facet_zero_and_nothing_else(uint8 flags) public {
        vm.assume(flags != RECEIVE);
        refuse(
            simple(bytes4(0), 0, flags),
            abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, bytes4(0), flags)
        );
        (address low, address high) = ordered();
        refuse(
            bytes.concat(
                Manifests.header(1, 2, 2),
                bytes.concat(facetRow(low), facetRow(high)),
                routeRow(bytes4(0), 1, RECEIVE),
                routeRow(A, 0, 0)
            ),
            abi.encodeWithSelector(IManifestErrors.InvalidFlags.selector, bytes4(0), RECEIVE)
        );
    }

    function test_A12_513_hot_routes_are_refused_and_512_are_not() public {
        addAll(manyRoutes(address(views), 0x10000000, 513, 0));
        Plan memory plan = planFor(take());
        refusePlan(plan, abi.encodeWithSelector(IManifestErrors.TooManyHotRoutes.selector, 513));
        addAll(manyRoutes(address(views), 0x10000000, 512, 0));
        accept(take());
    }

    function test_A16_a_facet_that_no_route_uses_is_refused() public {
        (address low, address high) = ordered();
        for (uint8 used = 0; used < 2; used++) {
            refuse(
                bytes.concat(
                    Manifests.header(1, 2, 1),
                    bytes.concat(facetRow(low), facetRow(high)),
                    routeRow(A, used, 0)
                ),
                abi.encodeWithSelector(IManifestErrors.FacetUnused.selector, used == 0 ? high : low)
            );
        }
    }

    // --- what the plan says about it ---

    function test_A12_C7_H23_another_root_is_refused_zero_too(bytes32 root) public {
        Plan memory plan = planFor(secondRoutes());
        vm.assume(root != plan.root);
        bytes32 right = plan.root;
        plan.root = root;
        refusePlan(plan, abi.encodeWithSelector(IManifestErrors.RootMismatch.selector, root, right));
    }

    function test_A12_another_number_of_routes_is_refused(uint16 count) public {
        Plan memory plan = planFor(secondRoutes());
        vm.assume(count != plan.routes);
        uint16 right = plan.routes;
        plan.routes = count;
        refusePlan(plan, abi.encodeWithSelector(IManifestErrors.RouteCountMismatch.selector, count, right));
    }

    // --- what it takes ---

    function test_255_facets_each_with_a_route_are_a_manifest() public {
        for (uint160 i = 1; i <= 255; i++) {
            address facet = address(uint160(0xFACE700000) + i);
            vm.etch(facet, abi.encodePacked(hex"00", i));
            add(facet, bytes4(uint32(0x10000000 + i * 7)), 0);
        }
        release(take());
        assertEq(router.facetAddresses().length, 256, "another number of facets");
        assertTrue(dispatcher.verifySystemIntegrity(), "not served");
    }

    function test_3000_routes_are_a_manifest() public {
        addAll(manyRoutes(address(views), 0x10000000, 3000, COLD));
        Route[] memory routes = take();
        release(routes);
        assertEq(router.facetFunctionSelectors(address(views)).length, 3000, "another number");
        assertTrue(
            dispatcher.verifyRoute(
                routes[2999].selector,
                address(views),
                address(views).codehash,
                COLD,
                2999,
                Manifests.proof(routes, 2999)
            ),
            "no proof"
        );
    }

    function test_H23_every_tree_size_has_the_root_computed_off_chain(uint16 size) public {
        addAll(manyRoutes(address(views), 0x10000000, bound(size, 1, 300), 0));
        accept(take());
    }
}
