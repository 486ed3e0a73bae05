// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccounts } from "../../src/interfaces/IAccounts.sol";
import { ILedger } from "../../src/interfaces/ILedger.sol";
import { RefusingReceiver } from "../attackers/RefusingReceiver.sol";
import { TaxedToken } from "../attackers/TaxedToken.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract AccountsTest is PaymentsTest {
    function test_a_deposit_is_credited_and_leaves_the_depositor() public {
        vm.expectEmit(address(router));
        emit ILedger.Deposited(alice, address(token), 100);
        deposit(alice, 100);

        assertBalance(alice, address(token), 100, "credited");
        assertEq(token.balanceOf(alice), 1_000_000 ether - 100, "taken");
        assertSquare(address(token));
    }

    function test_a_deposit_needs_an_amount_an_allowed_token_and_the_money() public {
        vm.startPrank(alice);
        expectError(ILedger.ZeroAmount.selector);
        system.deposit(address(token), 0);
        expectError(ILedger.TokenNotAllowed.selector, address(1));
        system.deposit(address(1), 1);
        expectError(ILedger.TokenNotAllowed.selector, ETHER);
        system.deposit(ETHER, 1);
        expectError(ILedger.TransferFromFailed.selector);
        system.deposit(address(token), 1_000_000 ether + 1);
    }

    function test_a_token_that_takes_a_fee_is_refused() public {
        TaxedToken taxed = new TaxedToken();
        taxed.mint(alice, 100);
        vm.prank(manager);
        system.setTokenAllowed(address(taxed), true);

        vm.startPrank(alice);
        taxed.approve(address(router), 100);
        vm.expectRevert(abi.encodeWithSelector(ILedger.InexactTransfer.selector, address(taxed), 100, 99));
        system.deposit(address(taxed), 100);
    }

    function test_ether_is_deposited_by_sending_it() public {
        depositEther(alice, 3 ether);
        assertBalance(alice, ETHER, 3 ether, "credited");
        assertSquare(ETHER);

        vm.prank(alice);
        expectError(ILedger.ZeroAmount.selector);
        system.depositEther();
    }

    function test_money_is_withdrawn_to_oneself_to_the_payout_address_and_to_anybody() public {
        deposit(alice, 100);
        vm.startPrank(alice);

        system.withdraw(address(token), 10);
        assertEq(token.balanceOf(alice), 1_000_000 ether - 90, "to oneself");

        system.setProfile(IAccounts.Profile("alice", carol, "alice@example.org"));
        system.withdraw(address(token), 20);
        assertEq(token.balanceOf(carol), 1_000_000 ether + 20, "to the payout address");

        vm.expectEmit(address(router));
        emit ILedger.Withdrawn(alice, address(token), 30, bob);
        system.withdraw(address(token), 30, bob);
        assertEq(token.balanceOf(bob), 1_000_000 ether + 30, "to somebody else");

        assertBalance(alice, address(token), 40, "left");
        assertSquare(address(token));
    }

    function test_ether_is_withdrawn_to_the_last_wei() public {
        depositEther(alice, 5);
        vm.prank(alice);
        system.withdraw(ETHER, 5, stranger);

        assertEq(stranger.balance, 5, "sent");
        assertEq(address(router).balance, 0, "nothing kept");
        assertSquare(ETHER);
    }

    function test_a_withdrawal_needs_balance_amount_and_recipient() public {
        deposit(alice, 100);
        vm.startPrank(alice);
        expectPoor(alice, address(token), 100, 101);
        system.withdraw(address(token), 101);
        expectPoor(alice, ETHER, 0, 1);
        system.withdraw(ETHER, 1);
        expectError(ILedger.ZeroAmount.selector);
        system.withdraw(address(token), 0);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.withdraw(address(token), 1, address(0));
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.withdraw(address(token), 1, address(router));
    }

    function test_a_recipient_that_refuses_ether_reverts_the_withdrawal_whole() public {
        address refuser = address(new RefusingReceiver());
        depositEther(alice, 5);
        vm.prank(alice);
        expectError(ILedger.ETHTransferFailed.selector);
        system.withdraw(ETHER, 5, refuser);

        assertBalance(alice, ETHER, 5, "nothing lost");
        assertSquare(ETHER);
    }

    function test_a_token_no_longer_allowed_can_still_be_withdrawn_but_not_deposited() public {
        deposit(alice, 100);
        vm.prank(manager);
        system.setTokenAllowed(address(token), false);

        vm.startPrank(alice);
        expectError(ILedger.TokenNotAllowed.selector, address(token));
        system.deposit(address(token), 1);
        system.withdraw(address(token), 100);
        assertEq(token.balanceOf(alice), 1_000_000 ether, "all of it");
    }

    function test_a_balance_is_transferred_without_a_fee() public {
        setFee(1000);
        deposit(alice, 100);
        vm.expectEmit(address(router));
        emit IAccounts.BalanceTransferred(alice, bob, address(token), 60);
        vm.prank(alice);
        system.transferBalance(address(token), bob, 60);

        assertBalance(alice, address(token), 40, "sender");
        assertBalance(bob, address(token), 60, "recipient");
        assertEq(system.paymentCount(), 0, "no payment on record");
        assertSquare(address(token));
    }

    function test_a_transfer_to_oneself_changes_nothing() public {
        deposit(alice, 100);
        vm.prank(alice);
        system.transferBalance(address(token), alice, 100);
        assertBalance(alice, address(token), 100, "the same");
    }

    function test_a_transfer_needs_balance_amount_and_recipient() public {
        deposit(alice, 100);
        vm.startPrank(alice);
        expectPoor(alice, address(token), 100, 101);
        system.transferBalance(address(token), bob, 101);
        expectError(ILedger.ZeroAmount.selector);
        system.transferBalance(address(token), bob, 0);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.transferBalance(address(token), address(0), 1);
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.transferBalance(address(token), address(router), 1);
    }

    function test_a_profile_is_the_callers_own_and_never_pays_out_to_the_router() public {
        vm.startPrank(alice);
        system.setProfile(IAccounts.Profile("alice", bob, "alice@example.org"));
        IAccounts.Profile memory profile = system.profileOf(alice);
        assertEq(profile.label, "alice", "label");
        assertEq(profile.payoutAddress, bob, "payout address");
        assertEq(profile.contact, "alice@example.org", "contact");
        assertEq(system.profileOf(bob).payoutAddress, address(0), "not somebody else's");

        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.setProfile(IAccounts.Profile("alice", address(router), ""));
    }
}
