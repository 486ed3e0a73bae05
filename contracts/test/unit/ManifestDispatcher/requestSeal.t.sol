// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract RequestSeal is Unit {
    function request(uint64 epoch) private {
        vm.prank(owner);
        dispatcher.requestSeal(epoch);
    }

    function test_A54_only_the_owner_asks() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.requestSeal, (1)));
    }

    function test_C20_not_once_sealed() public {
        sealNow();
        expectError(IManifestDispatcher.SystemSealed.selector);
        request(1);
    }

    function test_C13_another_epoch_than_the_active_is_refused() public {
        uint64[3] memory wrong = [uint64(0), 2, type(uint64).max];
        for (uint256 i = 0; i < 3; i++) {
            expectError(IManifestDispatcher.WrongEpoch.selector, wrong[i], uint64(1));
            request(wrong[i]);
        }
    }

    function test_a_system_without_an_epoch_is_not_sealed() public {
        config.name = "bare";
        (address bare,) = launcher.launch(config);
        expectError(IManifestDispatcher.WrongEpoch.selector, uint256(0), uint256(0));
        vm.prank(owner);
        IManifestDispatcher(bare).requestSeal(0);
    }

    function test_it_is_due_after_the_delay_and_asking_again_starts_anew() public {
        for (uint256 i = 0; i < 2; i++) {
            uint64 at = uint64(time()) + DELAY;
            expectFromDispatcher();
            emit IManifestDispatcher.SealRequested(1, at);
            request(1);
            (,, uint64 epoch, uint64 sealAt) = dispatcher.pendingChanges();
            assertEq(epoch, 1, "another epoch");
            assertEq(sealAt, at, "another time");
            assertFalse(isSealed(), "sealed already");
            vm.warp(time() + 100);
        }
    }

    function test_C19_it_works_while_paused_and_frozen() public {
        pause();
        freeze();
        request(1);
    }
}
