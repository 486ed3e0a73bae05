// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { LiveSystem } from "../../harness/LiveSystem.sol";
import { Route } from "../../harness/Manifests.sol";

contract LiveSystemTest is LiveSystem {
    function test_one_set_up_gives_a_live_system() external {
        assertServed(firstRoutes());
        assertEq(asCounter().increment(), 1, "the counter counts behind the router");
        assertEq(asCounter().lastCaller(), address(this), "and sees its caller");
    }

    function test_an_upgrade_and_its_rollback_serve_what_they_say() external {
        release(secondRoutes());
        assertServed(secondRoutes());
        assertEq(asCounter().increment(), 10, "the next counter counts by ten");

        rollbackTo(1);
        assertEq(uint256(activeEpoch()), 3, "a rollback is a new epoch");
        assertServed(firstRoutes());
        assertEq(asCounter().increment(), 11, "in the same storage");
    }
}
