// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Manifests, Route } from "../../harness/Manifests.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";

contract VerifyRoute is Unit {
    function verify(Route memory route, uint256 index, bytes32[] memory proof) private view returns (bool) {
        return dispatcher.verifyRoute(route.selector, route.facet, route.codeHash, route.flags, index, proof);
    }

    function test_A15_H23_every_route_has_its_proof_for_every_size_of_tree(uint8 size) public {
        uint256 count = bound(size, 1, 33);
        addAll(manyRoutes(address(views), 0x10000000, count, 0));
        Route[] memory routes = take();
        release(routes);
        for (uint256 i = 0; i < count; i++) {
            bytes32[] memory proof = Manifests.proof(routes, i);
            assertTrue(verify(routes[i], i, proof), "a route has no proof");
            assertFalse(verify(routes[i], i + count, proof), "at an index beyond the tree");
            assertFalse(verify(routes[i], i + 1, proof), "at the next index");
        }
    }

    function test_A15_C7_every_field_of_a_route_is_bound() public {
        Route[] memory routes = firstRoutes();
        uint256 index = 5;
        bytes32[] memory proof = Manifests.proof(routes, index);
        Route memory route = routes[index];
        assertTrue(verify(route, index, proof), "the route itself");
        route.flags ^= 1;
        assertFalse(verify(route, index, proof), "other flags");
        route.flags ^= 1;
        route.facet = stranger;
        assertFalse(verify(route, index, proof), "another facet");
        route.facet = routes[index].facet;
        route = Route(0xdeadbeef, routes[index].facet, routes[index].codeHash, routes[index].flags);
        assertFalse(verify(route, index, proof), "another selector");
        route = Manifests.resolve(firstRoutes())[index];
        route.codeHash = 0;
        assertFalse(verify(route, index, proof), "another code hash");
    }

    function test_A15_a_sibling_more_less_or_changed_is_false() public {
        Route[] memory routes = firstRoutes();
        bytes32[] memory proof = Manifests.proof(routes, 3);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < proof.length; i++) {
            longer[i] = proof[i];
            if (i < shorter.length) shorter[i] = proof[i];
        }
        assertFalse(verify(routes[3], 3, longer), "a sibling more");
        assertFalse(verify(routes[3], 3, shorter), "a sibling less");
        for (uint256 i = 0; i < proof.length; i++) {
            proof[i] ^= bytes32(uint256(1));
            assertFalse(verify(routes[3], 3, proof), "a sibling changed");
            proof[i] ^= bytes32(uint256(1));
        }
        assertTrue(verify(routes[3], 3, proof), "the proof itself");
    }

    function test_C9_what_is_staged_has_no_proof_and_what_was_replaced_none_any_more() public {
        Route[] memory old = firstRoutes();
        Route[] memory next = secondRoutes();
        stage(planFor(secondRoutes()));
        assertFalse(verify(next[1], 1, Manifests.proof(next, 1)), "a staged route");
        bytes32 id = pendingPlan();
        vm.prank(owner);
        dispatcher.cancel(id);
        release(secondRoutes());
        assertFalse(verify(old[3], 3, Manifests.proof(old, 3)), "a replaced route");
    }
}
