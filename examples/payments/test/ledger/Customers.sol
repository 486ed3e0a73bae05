// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { DemoToken } from "../../src/demo/DemoToken.sol";
import { IBatchPayouts } from "../../src/interfaces/IBatchPayouts.sol";
import { IEscrow } from "../../src/interfaces/IEscrow.sol";
import { IPayments } from "../../src/interfaces/IPayments.sol";
import { IPaymentsSystem } from "../../src/interfaces/IPaymentsSystem.sol";
import { vm } from "../harness/Vm.sol";
import { IndependentLedger } from "./IndependentLedger.sol";

/// @notice Four customers, a manager and a treasurer who use the system at random, and the ledger beside it that is
/// told of everything. Every call here must succeed: amounts are brought to what is possible.
contract Customers {
    address internal constant ETHER = address(0);

    IPaymentsSystem public immutable system;
    DemoToken public immutable token;
    IndependentLedger public immutable book;
    address internal immutable manager;
    address internal immutable treasurer;

    address[4] public people = [address(0xA11CE), address(0xB0B), address(0xCA201), address(0xDAFE)];

    struct OpenEscrow {
        uint256 id;
        address payer;
        address payee;
        address token;
        uint256 amount;
    }

    OpenEscrow[] internal escrows;
    uint256[] internal refundable;
    uint256 internal offer;
    mapping(address => bool) internal subscribed;

    /// @notice How often each function did something, so that a test can demand that none idles.
    mapping(bytes32 => uint256) public calls;

    constructor(IPaymentsSystem system_, DemoToken token_, address manager_, address treasurer_) {
        (system, token, manager, treasurer) = (system_, token_, manager_, treasurer_);
        book = new IndependentLedger();
        for (uint256 i; i < people.length; ++i) {
            token.mint(people[i], type(uint96).max);
            vm.deal(people[i], type(uint96).max);
            vm.prank(people[i]);
            token.approve(address(system), type(uint256).max);
        }
        vm.prank(people[1]);
        offer = system.createOffer(address(token), 1000, 1 days);
    }

    function setFee(uint16 fee) external {
        fee = fee % 1001;
        vm.prank(manager);
        system.setFee(fee);
        book.setFee(fee);
    }

    function setRewardRate(uint16 rate) external {
        rate = rate % 10_001;
        vm.prank(manager);
        system.setRewardRate(rate);
        book.setRewardRate(rate);
    }

    function deposit(uint256 who, bool ether_, uint256 amount) external {
        (address account, address held) = (person(who), tokenOf(ether_));
        amount = amount % 1e24 + 1;
        vm.prank(account);
        if (ether_) system.depositEther{ value: amount }();
        else system.deposit(held, amount);
        book.deposit(account, held, amount);
        calls["deposit"]++;
    }

    function withdraw(uint256 who, bool ether_, uint256 amount, bool named) external {
        (address account, address held) = (person(who), tokenOf(ether_));
        amount = part(amount, book.balance(account, held));
        if (amount == 0) return;
        vm.prank(account);
        if (named) system.withdraw(held, amount, account);
        else system.withdraw(held, amount);
        book.withdraw(account, held, amount);
        calls["withdraw"]++;
    }

    function transferBalance(uint256 who, uint256 whom, bool ether_, uint256 amount) external {
        (address from, address to, address held) = (person(who), person(whom), tokenOf(ether_));
        amount = part(amount, book.balance(from, held));
        if (amount == 0) return;
        vm.prank(from);
        system.transferBalance(held, to, amount);
        book.move(from, to, held, amount);
        calls["transferBalance"]++;
    }

    function pay(uint256 who, uint256 whom, bool ether_, uint256 amount) external {
        (address payer, address payee, address held) = (person(who), person(whom), tokenOf(ether_));
        amount = amount % 1e24 + 1;
        vm.prank(payer);
        uint256 id =
            ether_ ? system.payEther{ value: amount }(payee, "pay") : system.pay(held, payee, amount, "pay");
        book.payFromOutside(payer, payee, held, amount);
        refundable.push(id);
        calls["pay"]++;
    }

    function payOrder(uint256 who, uint256 whom, bool ether_, uint256 amount) external {
        (address payer, address payee, address held) = (person(who), person(whom), tokenOf(ether_));
        amount = amount % 1e24 + 1;
        IPayments.Order memory order =
            IPayments.Order(held, payee, amount, book.feeOf(amount), uint64(block.timestamp), "order");
        vm.prank(payer);
        refundable.push(system.pay{ value: ether_ ? amount : 0 }(order));
        book.payFromOutside(payer, payee, held, amount);
        calls["payOrder"]++;
    }

    function payFromBalance(uint256 who, uint256 whom, bool ether_, uint256 amount) external {
        (address payer, address payee, address held) = (person(who), person(whom), tokenOf(ether_));
        amount = part(amount, book.balance(payer, held));
        if (amount == 0) return;
        vm.prank(payer);
        refundable.push(system.payFromBalance(held, payee, amount, "balance"));
        book.payFromBalance(payer, payee, held, amount);
        calls["payFromBalance"]++;
    }

    function openEscrow(uint256 who, bool ether_, uint256 amount) external {
        (address payer, address payee, address held) = (person(who), person(who % 4 + 1), tokenOf(ether_));
        amount = amount % 1e24 + 1;
        IEscrow.Terms memory terms = IEscrow.Terms(
            held, payee, person(who % 4 + 2), amount, uint64(block.timestamp + 1 days), "escrow"
        );
        vm.prank(payer);
        uint256 id = system.openEscrow{ value: ether_ ? amount : 0 }(terms);
        book.lock(payer, held, amount);
        escrows.push(OpenEscrow(id, payer, payee, held, amount));
        calls["openEscrow"]++;
    }

    function closeEscrow(uint256 which, uint256 how, uint256 share) external {
        if (escrows.length == 0) return;
        which = which % escrows.length;
        OpenEscrow memory deal = escrows[which];
        escrows[which] = escrows[escrows.length - 1];
        escrows.pop();
        how = how % 3;
        if (how == 0) {
            vm.prank(deal.payer);
            system.releaseEscrow(deal.id);
            book.release(deal.payer, deal.payee, deal.token, deal.amount);
        } else if (how == 1) {
            vm.prank(deal.payee);
            system.refundEscrow(deal.id);
            book.giveBack(deal.payer, deal.token, deal.amount);
        } else {
            share = share % (deal.amount + 1);
            address arbiter = system.escrowOf(deal.id).arbiter;
            if (block.timestamp > system.escrowOf(deal.id).deadline) {
                vm.prank(deal.payer);
                system.reclaimEscrow(deal.id);
                share = 0;
            } else {
                vm.prank(deal.payee);
                system.disputeEscrow(deal.id);
                vm.prank(arbiter);
                system.settleEscrow(deal.id, share);
            }
            if (share != 0) book.release(deal.payer, deal.payee, deal.token, share);
            book.giveBack(deal.payer, deal.token, deal.amount - share);
        }
        calls["closeEscrow"]++;
    }

    function subscribeOrCharge(uint256 who) external {
        address account = person(who);
        if (book.balance(account, address(token)) < 1000) return;
        if (!subscribed[account]) {
            vm.prank(account);
            system.subscribe(offer);
            subscribed[account] = true;
        } else {
            if (block.timestamp < system.subscriptionOf(offer, account).paidUntil) return;
            system.charge(offer, account);
        }
        book.payFromBalance(account, people[1], address(token), 1000);
        calls["subscribeOrCharge"]++;
    }

    function refund(uint256 which, uint256 amount) external {
        if (refundable.length == 0) return;
        IPayments.Payment memory payment = system.paymentOf(refundable[which % refundable.length]);
        if (block.timestamp > payment.time + 14 days) return;
        uint256 most = payment.amount - payment.refunded;
        uint256 has = book.balance(payment.payee, payment.token);
        amount = part(amount, most < has ? most : has);
        if (amount == 0) return;
        uint256 id = refundable[which % refundable.length];
        vm.prank(payment.payer);
        system.requestRefund(id, amount);
        vm.prank(payment.payee);
        system.approveRefund(id);
        book.move(payment.payee, payment.payer, payment.token, amount);
        calls["refund"]++;
    }

    function claimRewards(uint256 who, bool ether_) external {
        (address account, address held) = (person(who), tokenOf(ether_));
        if (book.reward(account, held) == 0) return;
        vm.prank(account);
        system.claimRewards(held);
        book.claim(account, held);
        calls["claimRewards"]++;
    }

    function payout(uint256 who, bool ether_, bool equal, uint256 amount) external {
        (address from, address held) = (person(who), tokenOf(ether_));
        amount = part(amount, book.balance(from, held) / 2);
        if (amount == 0) return;
        address[] memory recipients = new address[](2);
        IBatchPayouts.Payout[] memory payouts = new IBatchPayouts.Payout[](2);
        for (uint256 i; i < 2; ++i) {
            recipients[i] = person(who % 4 + 1 + i);
            payouts[i] = IBatchPayouts.Payout(recipients[i], amount);
        }
        vm.prank(from);
        if (equal) system.payoutEqual(held, recipients, amount);
        else system.payout(held, payouts);
        book.move(from, recipients[0], held, amount);
        book.move(from, recipients[1], held, amount);
        calls["payout"]++;
    }

    function withdrawFees(bool ether_, uint256 amount) external {
        address held = tokenOf(ether_);
        amount = part(amount, book.fees(held));
        if (amount == 0) return;
        vm.prank(treasurer);
        system.withdrawFees(held, treasurer, amount);
        book.takeFees(held, amount);
        calls["withdrawFees"]++;
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + time % 3 days);
    }

    function person(uint256 who) internal view returns (address) {
        return people[who % people.length];
    }

    function tokenOf(bool ether_) internal view returns (address) {
        return ether_ ? ETHER : address(token);
    }

    function part(uint256 amount, uint256 most) internal pure returns (uint256) {
        return most == 0 ? 0 : amount % most + 1;
    }
}
