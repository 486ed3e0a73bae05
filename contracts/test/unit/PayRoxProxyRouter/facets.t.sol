// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Route } from "../../harness/Manifests.sol";
import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { COLD } from "../../harness/Flags.sol";

/// @notice The loupe of EIP-2535: four views of one table.
contract Facets is Unit {
    /// @dev All selectors of all facets, and that the four views agree on each.
    function assertConsistent(Route[] memory routes) private view {
        IPayRoxRouter.Facet[] memory all = router.facets();
        address[] memory addresses = router.facetAddresses();
        assertEq(all.length, addresses.length, "facets and addresses differ");
        uint256 count;
        for (uint256 i = 0; i < all.length; i++) {
            assertEq(all[i].facetAddress, addresses[i], "another order");
            assertEq(all[i].functionSelectors, router.facetFunctionSelectors(addresses[i]), "other selectors");
            assertGt(all[i].functionSelectors.length, 0, "a facet without selectors");
            if (i + 2 < all.length) assertTrue(addresses[i] < addresses[i + 1], "not ascending");
            for (uint256 j = 0; j < all[i].functionSelectors.length; j++) {
                bytes4 selector = all[i].functionSelectors[j];
                if (selector != 0) {
                    assertEq(router.facetAddress(selector), addresses[i], "another facet");
                }
                if (j != 0) {
                    assertTrue(uint32(all[i].functionSelectors[j - 1]) < uint32(selector), "selectors");
                }
                count++;
            }
        }
        assertEq(addresses[addresses.length - 1], address(router), "the router is not last");
        assertEq(count, routes.length + 16, "another number of selectors");
    }

    function test_I8_the_four_views_agree_and_nothing_is_listed_twice() public {
        assertConsistent(firstRoutes());
        release(secondRoutes());
        assertConsistent(secondRoutes());
        rollbackTo(1);
        assertConsistent(firstRoutes());
    }

    function test_I8_for_any_number_of_facets_and_routes(uint256 seed) public {
        uint256 facetCount = bound(seed, 1, 20);
        uint32 selector = 1;
        for (uint160 i = 0; i < facetCount; i++) {
            address facet = address(uint160(uint256(keccak256(abi.encode(seed, i)))));
            vm.etch(facet, abi.encodePacked(hex"00", i));
            uint256 routes = 1 + uint256(keccak256(abi.encode(i, seed))) % 5;
            for (uint256 j = 0; j < routes; j++) {
                selector += 1 + uint32(uint256(keccak256(abi.encode(seed, i, j))) % 1_000_000);
                add(facet, bytes4(selector), j % 2 == 0 ? 0 : COLD);
            }
        }
        Route[] memory all = take();
        release(all);
        assertServed(all);
        assertEq(router.facets().length, facetCount + 1, "another number of facets");
    }

    function test_C9_before_the_first_epoch_there_is_the_router_alone() public {
        config.name = "bare";
        (, address bare) = launcher.launch(config);
        IPayRoxRouter.Facet[] memory all = IPayRoxRouter(bare).facets();
        assertEq(all.length, 1, "another number of facets");
        assertEq(all[0].facetAddress, bare, "another facet");
        assertEq(all[0].functionSelectors.length, 16, "another number of own selectors");
        assertEq(IPayRoxRouter(bare).facetAddresses().length, 1, "another number of addresses");
        assertEq(IPayRoxRouter(bare).facetAddress(Counter.count.selector), address(0), "a route");
    }

    function test_an_unknown_facet_has_no_selectors() public view {
        assertEq(router.facetFunctionSelectors(stranger).length, 0, "a stranger");
        assertEq(router.facetFunctionSelectors(address(0)).length, 0, "zero");
        assertEq(router.facetFunctionSelectors(address(counterByTen)).length, 0, "an unused facet");
        assertEq(router.facetFunctionSelectors(extension).length, 0, "the extension");
    }

    function test_own_and_unknown_selectors_have_the_router_and_none() public view {
        assertEq(router.facetAddress(IPayRoxRouter.batch.selector), address(router), "an own one");
        assertEq(router.facetAddress(0x01ffc9a7), address(router), "supportsInterface");
        assertEq(router.facetAddress(0xdeadbeef), address(0), "an unknown one");
        assertEq(router.facetAddress(0xffffffff), address(0), "the last one");
    }

    function test_a_routed_supportsInterface_is_listed_once_under_its_facet() public {
        add(address(views), 0x01ffc9a7, COLD);
        add(address(views), Views.echo.selector, 0);
        release(take());
        assertEq(router.facetAddress(0x01ffc9a7), address(views), "another facet");
        assertEq(router.facetFunctionSelectors(address(router)).length, 15, "listed twice");
        IPayRoxRouter.Facet[] memory all = router.facets();
        assertEq(all[1].functionSelectors.length, 15, "listed twice");
        assertEq(all[0].functionSelectors.length, 2, "the facet's");
    }

    function test_A37_A42_paused_and_forbidden_selectors_still_appear() public {
        forbid(Counter.increment.selector);
        halt();
        assertConsistent(firstRoutes());
    }

    function test_A34_the_loupe_works_under_staticcall_and_writes_nothing() public {
        vm.record();
        router.facets();
        router.facetAddresses();
        router.facetFunctionSelectors(address(counter));
        router.facetAddress(Counter.count.selector);
        (, bytes32[] memory writes) = vm.accesses(address(router));
        assertEq(writes.length, 0, "a view wrote");
    }
}
