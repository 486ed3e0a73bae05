// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract Revoke is Unit {
    function revoke(address manifest) private {
        vm.prank(owner);
        dispatcher.revoke(manifest);
    }

    function test_A54_only_the_owner_revokes() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.revoke, (activeManifest())));
    }

    function test_A39_C20_nothing_is_revoked_once_sealed() public {
        sealNow();
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.SystemSealed.selector);
        assertRefused(owner, abi.encodeCall(dispatcher.revoke, (activeManifest())), reason);
    }

    function test_A41_a_manifest_is_revoked_for_ever() public {
        address manifest = activeManifest();
        assertFalse(dispatcher.isRevoked(manifest), "before");
        expectFromDispatcher();
        emit IManifestDispatcher.ManifestRevoked(manifest);
        revoke(manifest);
        assertTrue(dispatcher.isRevoked(manifest), "after");
        assertFalse(dispatcher.isRevoked(address(1)), "another one too");
        revoke(manifest);
        assertTrue(dispatcher.isRevoked(manifest), "after a second time");
    }

    function test_A41_the_active_manifest_goes_on_and_can_be_staged_anew() public {
        Plan memory first = planOf[1];
        revoke(first.manifest);
        assertServed(firstRoutes());
        release(secondRoutes());
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.Revoked.selector, first.manifest);
        assertRefused(owner, abi.encodeCall(dispatcher.rollback, (2, 1, first)), reason);
        // Through the front door, with its delay, it may still come.
        release(firstRoutes());
        assertServed(firstRoutes());
    }
}
