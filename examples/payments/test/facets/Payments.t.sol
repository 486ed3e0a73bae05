// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayments } from "../../src/interfaces/IPayments.sol";
import { ILedger } from "../../src/interfaces/ILedger.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract PaymentsFacetTest is PaymentsTest {
    function order(address held, uint256 amount) internal view returns (IPayments.Order memory) {
        return IPayments.Order({
            token: held,
            payee: bob,
            amount: amount,
            maxFee: amount,
            expiry: uint64(block.timestamp),
            memo: MEMO
        });
    }

    function test_a_payment_in_tokens_credits_the_payee_less_the_fee() public {
        setFee(250);
        vm.expectEmit(address(router));
        emit IPayments.PaymentMade(1, alice, bob, address(token), 1000, 25, MEMO);
        vm.prank(alice);
        uint256 id = system.pay(address(token), bob, 1000, MEMO);

        assertEq(id, 1, "first");
        assertEq(token.balanceOf(alice), 1_000_000 ether - 1000, "payer");
        assertBalance(bob, address(token), 975, "payee");
        assertBalance(address(router), address(token), 25, "fees");
        assertEq(system.totalPaid(address(token)), 1000, "total");
        assertSquare(address(token));
    }

    function test_a_payment_is_on_record() public {
        setFee(250);
        vm.prank(alice);
        system.payEther{ value: 4000 }(bob, MEMO);

        IPayments.Payment memory payment = system.paymentOf(1);
        assertEq(payment.payer, alice, "payer");
        assertEq(payment.payee, bob, "payee");
        assertEq(payment.token, ETHER, "token");
        assertEq(payment.amount, 4000, "amount");
        assertEq(payment.fee, 100, "fee");
        assertEq(payment.refunded, 0, "refunded");
        assertEq(payment.time, block.timestamp, "time");
        assertEq(payment.memo, MEMO, "memo");

        expectError(IPayments.UnknownPayment.selector, uint256(2));
        system.paymentOf(2);
        expectError(IPayments.UnknownPayment.selector, uint256(0));
        system.paymentOf(0);
    }

    /// @dev The fee is the floor of the exact quotient, and no unit appears or disappears.
    function testFuzz_the_fee_is_exact(uint128 amount, uint16 fee) public {
        amount = uint128(uint256(amount) % 1_000_000 ether) + 1;
        fee = fee % 1001;
        setFee(fee);
        (uint256 due, uint256 net) = system.quote(amount);
        assertTrue(due * 10_000 <= uint256(amount) * fee, "not above");
        assertTrue((due + 1) * 10_000 > uint256(amount) * fee, "not below");
        assertEq(due + net, amount, "fee and net are the amount");

        vm.prank(alice);
        system.pay(address(token), bob, amount, MEMO);
        assertBalance(bob, address(token), net, "payee");
        assertBalance(address(router), address(token), due, "fees");
        assertSquare(address(token));
    }

    function test_an_order_is_paid_in_tokens_or_in_ether() public {
        setFee(1);
        vm.startPrank(alice);
        assertEq(system.pay(order(address(token), 20_000)), 1, "in tokens");
        assertEq(system.pay{ value: 20_000 }(order(ETHER, 20_000)), 2, "in ether");
        assertBalance(bob, address(token), 19_998, "tokens");
        assertBalance(bob, ETHER, 19_998, "ether");
        assertSquare(address(token));
        assertSquare(ETHER);
    }

    function test_an_order_is_refused_after_its_expiry_and_above_its_fee() public {
        setFee(100);
        IPayments.Order memory wanted = order(address(token), 10_000);
        wanted.maxFee = 99;
        vm.prank(alice);
        expectError(IPayments.FeeTooHigh.selector, uint256(100), uint256(99));
        system.pay(wanted);

        wanted.maxFee = 100;
        vm.prank(alice);
        system.pay(wanted);

        vm.warp(block.timestamp + 1);
        vm.prank(alice);
        expectError(IPayments.OrderExpired.selector, uint256(wanted.expiry), uint256(wanted.expiry) + 1);
        system.pay(wanted);
    }

    function test_ether_must_be_exactly_what_the_order_says() public {
        vm.startPrank(alice);
        expectError(ILedger.WrongValue.selector, uint256(9), uint256(10));
        system.pay{ value: 9 }(order(ETHER, 10));
        expectError(ILedger.WrongValue.selector, uint256(11), uint256(10));
        system.pay{ value: 11 }(order(ETHER, 10));
        expectError(ILedger.WrongValue.selector, uint256(1), uint256(0));
        system.pay{ value: 1 }(order(address(token), 10));
        expectError(ILedger.ZeroAmount.selector);
        system.payEther(bob, MEMO);
    }

    function test_a_payment_from_balance_takes_the_balance_and_nothing_else() public {
        setFee(1000);
        deposit(alice, 100);
        vm.startPrank(alice);
        system.payFromBalance(address(token), bob, 100, MEMO);
        assertBalance(alice, address(token), 0, "payer");
        assertBalance(bob, address(token), 90, "payee");
        assertEq(token.balanceOf(alice), 1_000_000 ether - 100, "tokens");

        expectPoor(alice, address(token), 0, 1);
        system.payFromBalance(address(token), bob, 1, MEMO);
        expectError(ILedger.ZeroAmount.selector);
        system.payFromBalance(address(token), bob, 0, MEMO);
    }

    function test_a_payment_needs_a_payee_an_amount_and_an_allowed_token() public {
        vm.startPrank(alice);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.pay(address(token), address(0), 1, MEMO);
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.payEther{ value: 1 }(address(router), MEMO);
        expectError(ILedger.ZeroAmount.selector);
        system.pay(address(token), bob, 0, MEMO);
        expectError(ILedger.TokenNotAllowed.selector, ETHER);
        system.pay(ETHER, bob, 1, MEMO);
        expectError(ILedger.TokenNotAllowed.selector, carol);
        system.pay(carol, bob, 1, MEMO);
        assertEq(system.paymentCount(), 0, "none on record");
    }

    function test_the_fee_is_the_managers_and_never_above_the_limit_in_the_code() public {
        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.setFee(1);

        vm.startPrank(manager);
        vm.expectEmit(address(router));
        emit IPayments.FeeSet(1000);
        system.setFee(1000);
        assertEq(system.fee(), 1000, "ten per cent");
        expectError(IPayments.FeeTooHigh.selector, uint256(1001), uint256(1000));
        system.setFee(1001);
    }

    function test_tokens_are_allowed_by_the_manager_and_must_have_code() public {
        assertTrue(system.isTokenAllowed(ETHER), "ether always");
        assertTrue(system.isTokenAllowed(address(token)), "allowed");
        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.setTokenAllowed(address(token), false);

        vm.startPrank(manager);
        expectError(IPayments.NotAToken.selector, stranger);
        system.setTokenAllowed(stranger, true);
        expectError(IPayments.NotAToken.selector, address(router));
        system.setTokenAllowed(address(router), true);
        vm.expectEmit(address(router));
        emit IPayments.TokenAllowed(address(token), false);
        system.setTokenAllowed(address(token), false);
        assertFalse(system.isTokenAllowed(address(token)), "no longer");
    }
}
