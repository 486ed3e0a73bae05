// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Unit } from "../Unit.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";

contract RouterViews is Unit {
    function test_C4_the_router_knows_its_dispatcher_manifest_and_owner() public {
        assertEq(router.dispatcher(), address(dispatcher), "dispatcher");
        assertEq(router.manifest(), activeManifest(), "manifest");
        assertEq(router.owner(), owner, "owner");
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        assertNotEq(router.manifest(), plan.manifest, "what is staged");
        warpToEta();
        activate(plan);
        assertEq(router.manifest(), plan.manifest, "what is active");
    }

    function test_C4_the_owner_is_always_the_dispatchers() public {
        vm.prank(owner);
        dispatcher.transferOwnership(stranger);
        assertEq(router.owner(), owner, "an offer");
        vm.prank(stranger);
        dispatcher.acceptOwnership();
        assertEq(router.owner(), stranger, "accepted");
    }

    function test_A37_paused_says_pause_and_halt() public {
        assertFalse(router.paused(), "at rest");
        pause();
        assertTrue(router.paused(), "paused");
        halt();
        assertTrue(router.paused(), "halted");
        unpause();
        assertFalse(router.paused(), "at rest again");
    }

    function test_A44_the_word_behind_the_calldata_is_the_routers_own(address other) public {
        // A caller that appends a word of its own does not become somebody else.
        (bool ok, bytes memory answer) =
            tryCall(address(router), abi.encodePacked(router.dispatcher.selector, abi.encode(other)));
        assertTrue(ok, "it failed");
        assertEq(abi.decode(answer, (address)), address(dispatcher), "a caller chose the dispatcher");
    }
}
