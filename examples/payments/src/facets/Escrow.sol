// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IEscrow } from "../interfaces/IEscrow.sol";
import { ILedger } from "../interfaces/ILedger.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Settlement } from "../libraries/Settlement.sol";
import { EscrowStorage } from "../storage/EscrowStorage.sol";

/// @title Escrow
contract Escrow is IEscrow, ILedger {
    /// @inheritdoc IEscrow
    function openEscrow(Terms calldata terms) external payable returns (uint256 id) {
        Ledger.requireRecipient(terms.payee);
        if (terms.arbiter == address(0) || terms.arbiter == msg.sender || terms.arbiter == terms.payee) {
            revert InvalidArbiter(terms.arbiter);
        }
        if (terms.deadline <= block.timestamp) revert DeadlinePassed(terms.deadline, block.timestamp);

        EscrowStorage.Layout storage $ = EscrowStorage.layout();
        id = ++$.count;
        $.deals[id] = Deal({
            payer: msg.sender,
            state: State.Open,
            deadline: terms.deadline,
            payee: terms.payee,
            arbiter: terms.arbiter,
            token: terms.token,
            amount: terms.amount,
            memo: terms.memo
        });

        emit EscrowOpened(id, msg.sender, terms.payee, terms.token, terms.amount);

        Ledger.receiveFrom(terms.token, terms.amount);
    }

    /// @inheritdoc IEscrow
    function releaseEscrow(uint256 id) external returns (uint256 paymentId) {
        Deal storage deal = _live(id);
        bool arbitrates = msg.sender == deal.arbiter && deal.state == State.Open;
        if (msg.sender != deal.payer && !arbitrates) revert NotPartyToEscrow(id, msg.sender);

        deal.state = State.Released;

        emit EscrowClosed(id, State.Released, deal.amount, 0);

        return Settlement.settle(deal.payer, deal.payee, deal.token, deal.amount, deal.memo);
    }

    /// @inheritdoc IEscrow
    function refundEscrow(uint256 id) external {
        Deal storage deal = _live(id);
        bool arbitrates = msg.sender == deal.arbiter && deal.state == State.Open;
        if (msg.sender != deal.payee && !arbitrates) revert NotPartyToEscrow(id, msg.sender);

        _giveBack(id, deal);
    }

    /// @inheritdoc IEscrow
    function reclaimEscrow(uint256 id) external {
        Deal storage deal = _live(id);
        if (msg.sender != deal.payer) revert NotPartyToEscrow(id, msg.sender);
        if (deal.state != State.Open) revert WrongEscrowState(id, deal.state);
        if (block.timestamp <= deal.deadline) revert DeadlineAhead(deal.deadline, block.timestamp);

        _giveBack(id, deal);
    }

    /// @inheritdoc IEscrow
    function disputeEscrow(uint256 id) external {
        Deal storage deal = _live(id);
        if (msg.sender != deal.payer && msg.sender != deal.payee) revert NotPartyToEscrow(id, msg.sender);
        if (deal.state != State.Open) revert WrongEscrowState(id, deal.state);
        if (block.timestamp > deal.deadline) revert DeadlinePassed(deal.deadline, block.timestamp);

        deal.state = State.Disputed;

        emit EscrowDisputed(id, msg.sender);
    }

    /// @inheritdoc IEscrow
    function settleEscrow(uint256 id, uint256 toPayee) external {
        Deal storage deal = _live(id);
        if (msg.sender != deal.arbiter) revert NotPartyToEscrow(id, msg.sender);
        if (deal.state != State.Disputed) revert WrongEscrowState(id, deal.state);
        if (toPayee > deal.amount) revert ShareTooLarge(toPayee, deal.amount);

        uint256 toPayer = deal.amount - toPayee;
        deal.state = State.Settled;
        if (toPayee != 0) Settlement.settle(deal.payer, deal.payee, deal.token, toPayee, deal.memo);
        if (toPayer != 0) Ledger.credit(deal.payer, deal.token, toPayer);

        emit EscrowClosed(id, State.Settled, toPayee, toPayer);
    }

    /// @inheritdoc IEscrow
    function escrowOf(uint256 id) external view returns (Deal memory) {
        return EscrowStorage.layout().deals[id];
    }

    function _live(uint256 id) private view returns (Deal storage deal) {
        deal = EscrowStorage.layout().deals[id];
        if (deal.state != State.Open && deal.state != State.Disputed) {
            revert WrongEscrowState(id, deal.state);
        }
    }

    function _giveBack(uint256 id, Deal storage deal) private {
        deal.state = State.Refunded;
        Ledger.credit(deal.payer, deal.token, deal.amount);

        emit EscrowClosed(id, State.Refunded, 0, deal.amount);
    }
}
