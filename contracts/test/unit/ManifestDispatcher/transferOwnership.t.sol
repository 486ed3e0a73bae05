// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Unit } from "../Unit.sol";

contract TransferOwnership is Unit {
    function offer(address account) private {
        vm.prank(owner);
        dispatcher.transferOwnership(account);
    }

    function test_A54_I13_only_the_owner_offers() public {
        assertUnauthorized(notOwner(), abi.encodeCall(dispatcher.transferOwnership, (stranger)));
    }

    function test_A7_C2_zero_and_core_contracts_are_refused() public {
        expectError(IManifestDispatcher.InvalidAccount.selector, address(0));
        offer(address(0));
        address[] memory contracts = core();
        for (uint256 i = 0; i < contracts.length; i++) {
            expectError(IManifestDispatcher.InvalidAccount.selector, contracts[i]);
            offer(contracts[i]);
        }
    }

    function test_I13_an_offer_changes_nobodys_rights() public {
        expectFromDispatcher();
        emit IManifestDispatcher.OwnershipTransferStarted(owner, stranger);
        offer(stranger);
        assertEq(dispatcher.pendingOwner(), stranger, "another pending owner");
        assertEq(dispatcher.owner(), owner, "another owner");
        expectUnauthorized(stranger);
        vm.prank(stranger);
        dispatcher.unpause();
        unpause();
    }

    function test_A8_I13_the_last_offer_counts_and_to_oneself_is_none() public {
        offer(stranger);
        offer(operator);
        assertEq(dispatcher.pendingOwner(), operator, "the first offer stands");
        expectFromDispatcher();
        emit IManifestDispatcher.OwnershipTransferStarted(owner, owner);
        offer(owner);
        assertEq(dispatcher.pendingOwner(), address(0), "an offer stands");
        expectUnauthorized(operator);
        vm.prank(operator);
        dispatcher.acceptOwnership();
        expectUnauthorized(owner);
        vm.prank(owner);
        dispatcher.acceptOwnership();
    }

    function test_A10_C19_it_works_while_paused_frozen_and_sealed() public {
        halt();
        freeze();
        sealNow();
        offer(stranger);
        assertEq(dispatcher.pendingOwner(), stranger, "no offer");
    }
}
