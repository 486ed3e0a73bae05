// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Control } from "./Control.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";

contract IsIntact is Control {
    function isIntact(address manifest, uint256 status, bytes4[] memory forbidden)
        private
        view
        returns (bool)
    {
        return control().isIntact(manifest, status, forbidden);
    }

    function test_C23_it_is_measured_against_what_is_asked() public {
        address manifest = activeManifest();
        assertTrue(isIntact(manifest, 0, none), "as it is");
        assertFalse(isIntact(address(0), 0, none), "another manifest");
        assertFalse(isIntact(manifest, 1, none), "another status");
        assertFalse(isIntact(manifest, 0, one(Counter.count.selector)), "another mark");
        assertFalse(isIntact(manifest, 0, one(0xdeadbeef)), "a mark without a route");
        forbid(Counter.count.selector);
        assertFalse(isIntact(manifest, 0, none), "a mark too many");
        assertTrue(isIntact(manifest, 0, one(Counter.count.selector)), "the right mark");
        pause();
        assertTrue(isIntact(manifest, 1, one(Counter.count.selector)), "the right status");
    }

    function test_A34_it_is_a_view_for_everybody() public {
        vm.record();
        vm.prank(stranger);
        isIntact(activeManifest(), 0, none);
        (, bytes32[] memory writes) = vm.accesses(address(router));
        assertEq(writes.length, 0, "a view wrote");
    }
}
