// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Route } from "payrox/test/harness/Manifests.sol";

import { PaymentsTest } from "./harness/PaymentsTest.sol";
import { Project } from "./harness/Project.sol";

/// @notice What payrox.toml and upgrade.toml say about the system, counted.
contract ManifestTest is PaymentsTest {
    function test_thirteen_facets_have_seventy_one_routes_no_two_alike() public view {
        Project.Facet[] memory facets = Project.facets(address(1), false);
        bytes4[] memory seen = new bytes4[](Project.ROUTES);
        uint256 count;
        for (uint256 i; i < facets.length; ++i) {
            for (uint256 j; j < facets[i].routes.length; ++j) {
                for (uint256 k; k < count; ++k) {
                    assertTrue(seen[k] != facets[i].routes[j].selector, facets[i].routes[j].signature);
                }
                seen[count++] = facets[i].routes[j].selector;
            }
        }
        assertEq(facets.length, 13, "facets");
        assertEq(count, 71, "routes");
    }

    function test_the_second_version_exchanges_one_facet_and_adds_one_function() public view {
        Project.Facet[] memory first = Project.facets(address(1), false);
        Project.Facet[] memory second = Project.facets(address(1), true);
        uint256 exchanged;
        for (uint256 i; i < first.length; ++i) {
            if (keccak256(first[i].initCode) == keccak256(second[i].initCode)) continue;
            exchanged++;
            assertEq(second[i].name, "Payments", "the facet exchanged");
            assertEq(second[i].routes.length, first[i].routes.length + 1, "its functions");
        }
        assertEq(exchanged, 1, "facets exchanged");
    }

    function test_money_leaves_through_pinned_or_cold_routes_and_one_writer_takes_no_lock() public view {
        Project.Facet[] memory facets = Project.facets(address(1), false);
        assertEq(_flags(facets, "withdraw(address,uint256)"), 0x0d, "LOCK, PIN, PAUSE_EXEMPT");
        assertEq(_flags(facets, "withdraw(address,uint256,address)"), 0x0d, "LOCK, PIN, PAUSE_EXEMPT");
        assertEq(_flags(facets, "withdrawFees(address,address,uint256)"), 0x05, "LOCK, PIN");
        assertEq(_flags(facets, "sweep(address,address)"), 0x11, "LOCK, COLD");
        assertEq(_flags(facets, "heartbeat()"), 0, "no lock");
        assertEq(_flags(facets, "isSolvent(address)"), 0x0a, "VIEW_LOCK, PAUSE_EXEMPT");
        assertEq(_flags(facets, "pay((address,address,uint256,uint256,uint64,bytes32))"), 0x01, "LOCK");
        assertEq(_flags(facets, "supportsInterface(bytes4)"), 0x18, "COLD, PAUSE_EXEMPT");
        assertEq(_flags(facets, "receive()"), 0x20, "RECEIVE");
    }

    function test_the_released_router_serves_exactly_the_71_routes_with_proofs() public {
        Route[] memory routes = routesOf(false);
        assertEq(routes.length, 71, "routes");
        assertServed(routes);
    }

    function test_after_the_upgrade_it_serves_exactly_the_72_and_after_a_rollback_the_71_again() public {
        upgrade();
        Route[] memory routes = routesOf(true);
        assertEq(routes.length, 72, "routes");
        assertServed(routes);

        rollbackTo(1);
        assertServed(routesOf(false));
    }

    function _flags(Project.Facet[] memory facets, string memory signature) private pure returns (uint256) {
        for (uint256 i; i < facets.length; ++i) {
            for (uint256 j; j < facets[i].routes.length; ++j) {
                if (keccak256(bytes(facets[i].routes[j].signature)) == keccak256(bytes(signature))) {
                    return facets[i].routes[j].flags;
                }
            }
        }
        revert(signature);
    }
}
