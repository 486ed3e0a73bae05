// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract CancelSeal is Unit {
    function test_A38_only_owner_and_guardians_cancel_it() public {
        vm.prank(owner);
        dispatcher.requestSeal(1);
        assertUnauthorized(neitherOwnerNorGuardian(), abi.encodeCall(dispatcher.cancelSeal, ()));
    }

    function test_H8_without_one_there_is_nothing_to_cancel() public {
        bytes memory act = abi.encodeCall(dispatcher.cancelSeal, ());
        bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.NothingPending.selector);
        assertRefused(owner, act, reason);
        sealNow();
        assertRefused(owner, act, reason);
        assertTrue(isSealed(), "the seal broke");
    }

    function test_H8_owner_and_guardian_cancel_it_due_or_not() public {
        address[2] memory who = [owner, guardian];
        for (uint256 i = 0; i < 2; i++) {
            vm.prank(owner);
            dispatcher.requestSeal(1);
            vm.warp(time() + i * 2 * DELAY);
            expectFromDispatcher();
            emit IManifestDispatcher.SealCancelled(who[i]);
            vm.prank(who[i]);
            dispatcher.cancelSeal();
            (,, uint64 epoch, uint64 at) = dispatcher.pendingChanges();
            assertEq(epoch + at, 0, "still pending");
            vm.warp(time() + DELAY);
            expectError(IManifestDispatcher.NothingPending.selector);
            vm.prank(owner);
            dispatcher.seal(1);
        }
    }
}
