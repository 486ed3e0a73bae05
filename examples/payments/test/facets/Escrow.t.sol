// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IEscrow } from "../../src/interfaces/IEscrow.sol";
import { ILedger } from "../../src/interfaces/ILedger.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

/// @notice Alice buys from Bob, Carol arbitrates.
contract EscrowTest is PaymentsTest {
    function terms(address held, uint256 amount) internal view returns (IEscrow.Terms memory) {
        return IEscrow.Terms({
            token: held,
            payee: bob,
            arbiter: carol,
            amount: amount,
            deadline: uint64(block.timestamp + 1 days),
            memo: MEMO
        });
    }

    function open(uint256 amount) internal returns (uint256) {
        vm.prank(alice);
        return system.openEscrow(terms(address(token), amount));
    }

    function dispute(uint256 id) internal {
        vm.prank(bob);
        system.disputeEscrow(id);
    }

    function expectWrongState(uint256 id, IEscrow.State state) internal {
        vm.expectRevert(abi.encodeWithSelector(IEscrow.WrongEscrowState.selector, id, state));
    }

    function test_opening_takes_the_money_and_owes_it_to_nobody_yet() public {
        vm.expectEmit(address(router));
        emit IEscrow.EscrowOpened(1, alice, bob, address(token), 1000);
        assertEq(open(1000), 1, "first");

        IEscrow.Deal memory deal = system.escrowOf(1);
        assertEq(deal.payer, alice, "payer");
        assertEq(deal.payee, bob, "payee");
        assertEq(deal.arbiter, carol, "arbiter");
        assertEq(deal.token, address(token), "token");
        assertEq(deal.amount, 1000, "amount");
        assertEq(deal.deadline, block.timestamp + 1 days, "deadline");
        assertEq(deal.memo, MEMO, "memo");
        assertEq(uint256(deal.state), uint256(IEscrow.State.Open), "state");
        assertBalance(bob, address(token), 0, "payee has nothing yet");
        assertSquare(address(token));
    }

    function test_opening_needs_sensible_terms_and_the_exact_money() public {
        vm.startPrank(alice);
        IEscrow.Terms memory bad = terms(address(token), 10);
        bad.payee = address(0);
        expectError(ILedger.InvalidRecipient.selector, address(0));
        system.openEscrow(bad);

        bad = terms(address(token), 10);
        address[3] memory arbiters = [address(0), alice, bob];
        for (uint256 i; i < arbiters.length; ++i) {
            bad.arbiter = arbiters[i];
            expectError(IEscrow.InvalidArbiter.selector, arbiters[i]);
            system.openEscrow(bad);
        }

        bad = terms(address(token), 10);
        bad.deadline = uint64(block.timestamp);
        expectError(IEscrow.DeadlinePassed.selector, block.timestamp, block.timestamp);
        system.openEscrow(bad);

        expectError(ILedger.ZeroAmount.selector);
        system.openEscrow(terms(address(token), 0));
        expectError(ILedger.WrongValue.selector, uint256(9), uint256(10));
        system.openEscrow{ value: 9 }(terms(ETHER, 10));
        expectError(ILedger.WrongValue.selector, uint256(1), uint256(0));
        system.openEscrow{ value: 1 }(terms(address(token), 10));
        expectError(ILedger.TokenNotAllowed.selector, stranger);
        system.openEscrow(terms(stranger, 10));
        assertEq(uint256(system.escrowOf(1).state), 0, "none was opened");
    }

    function test_a_content_payer_releases_and_the_payee_bears_the_fee() public {
        setFee(100);
        uint256 id = open(1000);
        vm.prank(alice);
        assertEq(system.releaseEscrow(id), 1, "a payment on record");

        assertBalance(bob, address(token), 990, "payee");
        assertBalance(address(router), address(token), 10, "fees");
        assertSquare(address(token));
    }

    function test_the_arbiter_releases_or_refunds_an_open_deal() public {
        uint256 first = open(1000);
        uint256 second = open(500);
        vm.startPrank(carol);
        system.releaseEscrow(first);
        system.refundEscrow(second);
        assertBalance(bob, address(token), 1000, "payee");
        assertBalance(alice, address(token), 500, "payer");
        assertSquare(address(token));
    }

    function test_the_payee_gives_the_money_back_without_a_fee() public {
        setFee(100);
        vm.prank(alice);
        uint256 id = system.openEscrow{ value: 1000 }(terms(ETHER, 1000));
        vm.prank(bob);
        system.refundEscrow(id);
        assertBalance(alice, ETHER, 1000, "payer");
        assertBalance(address(router), ETHER, 0, "no fee");
        assertSquare(ETHER);
    }

    function test_nobody_else_releases_or_refunds() public {
        uint256 id = open(1000);
        address[2] memory cannotRelease = [bob, stranger];
        address[2] memory cannotRefund = [alice, stranger];
        for (uint256 i; i < 2; ++i) {
            vm.prank(cannotRelease[i]);
            expectError(IEscrow.NotPartyToEscrow.selector, id, cannotRelease[i]);
            system.releaseEscrow(id);
            vm.prank(cannotRefund[i]);
            expectError(IEscrow.NotPartyToEscrow.selector, id, cannotRefund[i]);
            system.refundEscrow(id);
        }
    }

    function test_the_payer_reclaims_from_the_second_after_the_deadline() public {
        uint256 id = open(1000);
        uint256 deadline = block.timestamp + 1 days;
        vm.prank(bob);
        expectError(IEscrow.NotPartyToEscrow.selector, id, bob);
        system.reclaimEscrow(id);

        vm.warp(deadline);
        vm.prank(alice);
        expectError(IEscrow.DeadlineAhead.selector, deadline, deadline);
        system.reclaimEscrow(id);

        vm.warp(deadline + 1);
        vm.prank(alice);
        system.reclaimEscrow(id);
        assertBalance(alice, address(token), 1000, "payer");
        assertSquare(address(token));
    }

    function test_a_dispute_is_opened_by_a_party_in_time_and_once() public {
        uint256 id = open(1000);
        uint256 deadline = block.timestamp + 1 days;
        vm.prank(carol);
        expectError(IEscrow.NotPartyToEscrow.selector, id, carol);
        system.disputeEscrow(id);

        vm.warp(deadline + 1);
        vm.prank(alice);
        expectError(IEscrow.DeadlinePassed.selector, deadline, deadline + 1);
        system.disputeEscrow(id);

        vm.warp(deadline);
        vm.expectEmit(address(router));
        emit IEscrow.EscrowDisputed(id, bob);
        dispute(id);
        vm.prank(alice);
        expectWrongState(id, IEscrow.State.Disputed);
        system.disputeEscrow(id);
    }

    function test_the_arbiter_splits_a_disputed_deal_and_only_the_payees_part_bears_the_fee() public {
        setFee(1000);
        uint256 id = open(1000);
        vm.prank(carol);
        expectWrongState(id, IEscrow.State.Open);
        system.settleEscrow(id, 1);

        dispute(id);
        vm.prank(alice);
        expectError(IEscrow.NotPartyToEscrow.selector, id, alice);
        system.settleEscrow(id, 0);
        vm.startPrank(carol);
        expectError(IEscrow.ShareTooLarge.selector, uint256(1001), uint256(1000));
        system.settleEscrow(id, 1001);

        vm.expectEmit(address(router));
        emit IEscrow.EscrowClosed(id, IEscrow.State.Settled, 400, 600);
        system.settleEscrow(id, 400);
        assertBalance(bob, address(token), 360, "payee");
        assertBalance(alice, address(token), 600, "payer");
        assertBalance(address(router), address(token), 40, "fees");
        assertSquare(address(token));
    }

    function test_a_dispute_can_go_wholly_to_either_side() public {
        uint256 first = open(1000);
        uint256 second = open(1000);
        dispute(first);
        dispute(second);
        vm.startPrank(carol);
        system.settleEscrow(first, 0);
        system.settleEscrow(second, 1000);
        assertBalance(alice, address(token), 1000, "first to the payer");
        assertBalance(bob, address(token), 1000, "second to the payee");
        assertEq(system.paymentCount(), 1, "one payment");
    }

    function test_in_dispute_the_arbiter_must_settle_and_either_side_may_give_in() public {
        uint256 first = open(1000);
        uint256 second = open(1000);
        dispute(first);
        dispute(second);

        vm.startPrank(carol);
        expectError(IEscrow.NotPartyToEscrow.selector, first, carol);
        system.releaseEscrow(first);
        expectError(IEscrow.NotPartyToEscrow.selector, first, carol);
        system.refundEscrow(first);
        vm.stopPrank();

        vm.warp(block.timestamp + 2 days);
        vm.startPrank(alice);
        expectWrongState(first, IEscrow.State.Disputed);
        system.reclaimEscrow(first);
        system.releaseEscrow(first);
        vm.stopPrank();
        vm.prank(bob);
        system.refundEscrow(second);
        assertBalance(bob, address(token), 1000, "payer gave in");
        assertBalance(alice, address(token), 1000, "payee gave in");
    }

    function test_a_deal_ends_once_however_it_ended_and_what_never_was_cannot_end() public {
        uint256 released = open(1000);
        uint256 refunded = open(1000);
        uint256 reclaimed = open(1000);
        uint256 settled = open(1000);
        dispute(settled);
        vm.prank(alice);
        system.releaseEscrow(released);
        vm.prank(bob);
        system.refundEscrow(refunded);
        vm.prank(carol);
        system.settleEscrow(settled, 500);
        vm.warp(block.timestamp + 2 days);
        vm.prank(alice);
        system.reclaimEscrow(reclaimed);

        _expectEnded(released, IEscrow.State.Released);
        _expectEnded(refunded, IEscrow.State.Refunded);
        _expectEnded(reclaimed, IEscrow.State.Refunded);
        _expectEnded(settled, IEscrow.State.Settled);
        _expectEnded(99, IEscrow.State.None);
        assertBalance(alice, address(token), 2500, "payer");
        assertBalance(bob, address(token), 1500, "payee");
    }

    function _expectEnded(uint256 id, IEscrow.State state) private {
        expectWrongState(id, state);
        system.releaseEscrow(id);
        expectWrongState(id, state);
        system.refundEscrow(id);
        expectWrongState(id, state);
        system.reclaimEscrow(id);
        expectWrongState(id, state);
        system.disputeEscrow(id);
        expectWrongState(id, state);
        system.settleEscrow(id, 0);
    }
}
