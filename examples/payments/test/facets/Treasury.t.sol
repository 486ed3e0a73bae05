// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../../src/interfaces/ILedger.sol";
import { ITreasury } from "../../src/interfaces/ITreasury.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract TreasuryTest is PaymentsTest {
    function test_fees_are_withdrawn_by_the_treasurer_and_no_more_than_there_are() public {
        setFee(1000);
        vm.startPrank(alice);
        system.pay(address(token), bob, 1000, MEMO);
        system.payEther{ value: 1000 }(bob, MEMO);
        vm.stopPrank();

        vm.prank(manager);
        expectMissingRole(manager, TREASURER);
        system.withdrawFees(address(token), manager, 1);

        vm.startPrank(treasurer);
        expectPoor(address(router), address(token), 100, 101);
        system.withdrawFees(address(token), treasurer, 101);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.withdrawFees(address(token), address(0), 1);
        expectError(ILedger.ZeroAmount.selector);
        system.withdrawFees(address(token), treasurer, 0);

        vm.expectEmit(address(router));
        emit ITreasury.FeesWithdrawn(address(token), treasurer, 100);
        system.withdrawFees(address(token), treasurer, 100);
        system.withdrawFees(ETHER, stranger, 60);
        assertEq(token.balanceOf(treasurer), 100, "tokens");
        assertEq(stranger.balance, 60, "ether");
        assertBalance(address(router), ETHER, 40, "left");
        assertSquare(address(token));
        assertSquare(ETHER);
    }

    function test_plain_ether_is_accepted_belongs_to_nobody_and_is_swept() public {
        depositEther(alice, 10);
        vm.prank(bob);
        (bool accepted,) = address(router).call{ value: 7 }("");
        assertTrue(accepted, "RECEIVE");
        assertBalance(bob, ETHER, 0, "nobody's balance");
        assertEq(system.surplus(ETHER), 7, "surplus");

        vm.prank(stranger);
        expectMissingRole(stranger, TREASURER);
        system.sweep(ETHER, stranger);

        vm.startPrank(treasurer);
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.sweep(ETHER, address(router));
        vm.expectEmit(address(router));
        emit ITreasury.Swept(ETHER, stranger, 7);
        assertEq(system.sweep(ETHER, stranger), 7, "amount");
        assertEq(stranger.balance, 7, "swept");
        assertSquare(ETHER);
        expectError(ILedger.ZeroAmount.selector);
        system.sweep(ETHER, stranger);
    }

    function test_stray_tokens_are_swept_and_customers_money_is_not() public {
        deposit(alice, 100);
        vm.prank(bob);
        token.transfer(address(router), 3);
        assertEq(system.surplus(address(token)), 3, "surplus");
        vm.prank(treasurer);
        system.sweep(address(token), treasurer);
        assertEq(token.balanceOf(treasurer), 3, "swept");
        vm.prank(alice);
        system.withdraw(address(token), 100);
    }

    function test_a_router_that_lost_money_has_no_surplus() public {
        depositEther(alice, 10);
        vm.deal(address(router), 4);
        assertEq(system.surplus(ETHER), 0, "not below zero");
    }
}
