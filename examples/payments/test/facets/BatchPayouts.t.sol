// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IBatchPayouts } from "../../src/interfaces/IBatchPayouts.sol";
import { ILedger } from "../../src/interfaces/ILedger.sol";
import { RefusingReceiver } from "../attackers/RefusingReceiver.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract BatchPayoutsTest is PaymentsTest {
    function two(address first, uint256 a, address second, uint256 b)
        internal
        pure
        returns (IBatchPayouts.Payout[] memory payouts)
    {
        payouts = new IBatchPayouts.Payout[](2);
        payouts[0] = IBatchPayouts.Payout(first, a);
        payouts[1] = IBatchPayouts.Payout(second, b);
    }

    function test_a_payout_moves_balances_without_a_fee() public {
        setFee(1000);
        deposit(alice, 100);
        vm.expectEmit(address(router));
        emit IBatchPayouts.PaidOut(alice, address(token), 2, 70);
        vm.prank(alice);
        system.payout(address(token), two(bob, 30, carol, 40));

        assertBalance(alice, address(token), 30, "sender");
        assertBalance(bob, address(token), 30, "first");
        assertBalance(carol, address(token), 40, "second");
        assertSquare(address(token));
    }

    function test_a_payout_is_all_or_nothing() public {
        deposit(alice, 100);
        vm.startPrank(alice);
        expectPoor(alice, address(token), 40, 41);
        system.payout(address(token), two(bob, 60, carol, 41));
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.payout(address(token), two(bob, 1, address(router), 1));
        expectError(ILedger.ZeroAmount.selector);
        system.payout(address(token), two(bob, 1, carol, 0));
        assertBalance(bob, address(token), 0, "nothing moved");
    }

    function test_equal_parts_are_paid_from_one_balance() public {
        deposit(alice, 100);
        address[] memory recipients = new address[](3);
        recipients[0] = bob;
        recipients[1] = carol;
        recipients[2] = bob;
        vm.startPrank(alice);
        system.payoutEqual(address(token), recipients, 33);
        assertBalance(bob, address(token), 66, "twice");
        assertBalance(carol, address(token), 33, "once");
        assertBalance(alice, address(token), 1, "the rest");
        assertSquare(address(token));

        expectPoor(alice, address(token), 1, 3);
        system.payoutEqual(address(token), recipients, 1);
        expectError(ILedger.ZeroAmount.selector);
        system.payoutEqual(address(token), recipients, 0);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        system.payoutEqual(address(token), recipients, type(uint256).max);
        recipients[1] = address(0);
        system.deposit(address(token), 3);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.payoutEqual(address(token), recipients, 1);
    }

    function test_ether_goes_straight_to_the_recipients() public {
        uint256 before = bob.balance;
        vm.prank(alice);
        system.payoutEther{ value: 10 }(two(bob, 4, stranger, 6));
        assertEq(bob.balance, before + 4, "first");
        assertEq(stranger.balance, 6, "second");
        assertEq(address(router).balance, 0, "nothing kept");
        assertSquare(ETHER);
    }

    function test_who_refuses_ether_has_it_as_balance_and_stops_nobody() public {
        address refuser = address(new RefusingReceiver());
        vm.expectEmit(address(router));
        emit IBatchPayouts.PayoutCredited(refuser, 4);
        vm.prank(alice);
        system.payoutEther{ value: 10 }(two(refuser, 4, stranger, 6));
        assertBalance(refuser, ETHER, 4, "credited");
        assertEq(stranger.balance, 6, "second");
        assertSquare(ETHER);
    }

    function test_the_ether_must_be_the_sum() public {
        vm.startPrank(alice);
        expectError(ILedger.WrongValue.selector, uint256(9), uint256(10));
        system.payoutEther{ value: 9 }(two(bob, 4, stranger, 6));
        expectError(ILedger.WrongValue.selector, uint256(11), uint256(10));
        system.payoutEther{ value: 11 }(two(bob, 4, stranger, 6));
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.payoutEther{ value: 10 }(two(bob, 4, address(router), 6));
        expectError(ILedger.ZeroAmount.selector);
        system.payoutEther{ value: 4 }(two(bob, 4, stranger, 0));
    }

    function test_a_batch_has_at_least_one_and_at_most_two_hundred_recipients() public {
        assertEq(system.maxPayouts(), 200, "limit in the code");
        deposit(alice, 201);
        vm.startPrank(alice);
        address[] memory recipients = new address[](201);
        for (uint256 i; i < recipients.length; ++i) {
            recipients[i] = bob;
        }
        expectError(IBatchPayouts.TooManyPayouts.selector, uint256(201), uint256(200));
        system.payoutEqual(address(token), recipients, 1);
        assembly {
            mstore(recipients, 200)
        }
        system.payoutEqual(address(token), recipients, 1);
        assertBalance(bob, address(token), 200, "all of them");

        expectError(ILedger.ZeroAmount.selector);
        system.payout(address(token), new IBatchPayouts.Payout[](0));
        expectError(IBatchPayouts.TooManyPayouts.selector, uint256(201), uint256(200));
        system.payoutEther(new IBatchPayouts.Payout[](201));
    }
}
