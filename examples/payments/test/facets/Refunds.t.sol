// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../../src/interfaces/ILedger.sol";
import { IPayments } from "../../src/interfaces/IPayments.sol";
import { IRefunds } from "../../src/interfaces/IRefunds.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

/// @notice Alice paid Bob 1,000 at a fee of 10 per cent.
contract RefundsTest is PaymentsTest {
    uint256 internal payment;

    function setUp() public override {
        super.setUp();
        setFee(1000);
        vm.prank(alice);
        payment = system.pay(address(token), bob, 1000, MEMO);
    }

    function request(uint256 amount) internal {
        vm.prank(alice);
        system.requestRefund(payment, amount);
    }

    function approve() internal {
        vm.prank(bob);
        system.approveRefund(payment);
    }

    function test_a_granted_refund_moves_the_money_and_the_fee_stays_paid() public {
        vm.expectEmit(address(router));
        emit IRefunds.RefundRequested(payment, alice, 600);
        request(600);
        assertEq(system.refundOf(payment).amount, 600, "requested");
        assertEq(system.refundOf(payment).time, block.timestamp, "when");
        assertBalance(alice, address(token), 0, "not yet");

        vm.expectEmit(address(router));
        emit IRefunds.RefundApproved(payment, 600);
        approve();
        assertBalance(alice, address(token), 600, "payer");
        assertBalance(bob, address(token), 300, "payee");
        assertBalance(address(router), address(token), 100, "fees");
        assertEq(system.paymentOf(payment).refunded, 600, "on record");
        assertEq(system.refundOf(payment).amount, 0, "closed");
        assertSquare(address(token));
    }

    function test_a_full_refund_costs_the_payee_the_fee() public {
        deposit(bob, 100);
        request(1000);
        approve();
        assertBalance(alice, address(token), 1000, "payer");
        assertBalance(bob, address(token), 0, "payee");
    }

    function test_refunds_together_never_exceed_the_payment() public {
        deposit(bob, 1000);
        request(600);
        approve();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRefunds.RefundTooLarge.selector, payment, 401, 400));
        system.requestRefund(payment, 401);

        request(400);
        approve();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRefunds.RefundTooLarge.selector, payment, 1, 0));
        system.requestRefund(payment, 1);
    }

    function test_a_request_is_the_payers_for_an_amount_of_a_known_payment_once() public {
        vm.prank(bob);
        expectError(IRefunds.NotPayer.selector, payment, bob);
        system.requestRefund(payment, 1);
        vm.startPrank(alice);
        expectError(IPayments.UnknownPayment.selector, uint256(99));
        system.requestRefund(99, 1);
        expectError(ILedger.ZeroAmount.selector);
        system.requestRefund(payment, 0);
        system.requestRefund(payment, 1);
        expectError(IRefunds.AlreadyRequested.selector, payment);
        system.requestRefund(payment, 2);
    }

    function test_the_window_is_fourteen_days_until_the_manager_sets_another() public {
        uint256 paidAt = block.timestamp;
        vm.warp(paidAt + 14 days + 1);
        vm.prank(alice);
        expectError(IRefunds.RefundWindowClosed.selector, payment, paidAt + 14 days);
        system.requestRefund(payment, 1);

        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.setRefundWindow(30 days);
        vm.expectEmit(address(router));
        emit IRefunds.RefundWindowSet(30 days);
        vm.prank(manager);
        system.setRefundWindow(30 days);
        vm.warp(paidAt + 30 days);
        request(1);
    }

    function test_only_the_payee_decides_and_only_on_a_request() public {
        vm.startPrank(bob);
        expectError(IRefunds.NotRequested.selector, payment);
        system.approveRefund(payment);
        expectError(IRefunds.NotRequested.selector, payment);
        system.rejectRefund(payment);
        expectError(IPayments.UnknownPayment.selector, uint256(99));
        system.approveRefund(99);
        vm.stopPrank();

        request(1);
        vm.startPrank(alice);
        expectError(IRefunds.NotPayee.selector, payment, alice);
        system.approveRefund(payment);
        expectError(IRefunds.NotPayee.selector, payment, alice);
        system.rejectRefund(payment);
    }

    function test_a_rejected_payer_may_ask_again() public {
        request(600);
        vm.expectEmit(address(router));
        emit IRefunds.RefundRejected(payment, 600);
        vm.prank(bob);
        system.rejectRefund(payment);
        assertBalance(alice, address(token), 0, "nothing moved");
        request(100);
        approve();
        assertBalance(alice, address(token), 100, "the smaller one");
    }

    function test_a_payee_without_the_money_cannot_grant_and_the_request_stays() public {
        request(1000);
        vm.prank(bob);
        expectPoor(bob, address(token), 900, 1000);
        system.approveRefund(payment);
        assertEq(system.refundOf(payment).amount, 1000, "still open");
        assertEq(system.paymentOf(payment).refunded, 0, "nothing on record");
    }
}
