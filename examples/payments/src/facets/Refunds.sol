// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../interfaces/ILedger.sol";
import { IPayments } from "../interfaces/IPayments.sol";
import { IRefunds } from "../interfaces/IRefunds.sol";
import { Access } from "../libraries/Access.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Roles } from "../libraries/Roles.sol";
import { Settlement } from "../libraries/Settlement.sol";
import { RefundStorage } from "../storage/RefundStorage.sol";

/// @title Refunds
contract Refunds is IRefunds, ILedger {
    uint32 private constant DEFAULT_WINDOW = 14 days;

    /// @inheritdoc IRefunds
    function requestRefund(uint256 paymentId, uint256 amount) external {
        IPayments.Payment storage payment = Settlement.payment(paymentId);
        if (msg.sender != payment.payer) revert NotPayer(paymentId, msg.sender);
        Ledger.requireAmount(amount);
        RefundStorage.Layout storage $ = RefundStorage.layout();
        uint256 closedAt = payment.time + ($.window == 0 ? DEFAULT_WINDOW : $.window);
        if (block.timestamp > closedAt) revert RefundWindowClosed(paymentId, closedAt);
        uint256 refundable = payment.amount - payment.refunded;
        if (amount > refundable) revert RefundTooLarge(paymentId, amount, refundable);
        if ($.requests[paymentId].amount != 0) revert AlreadyRequested(paymentId);

        $.requests[paymentId] = Request({ amount: amount, time: uint64(block.timestamp) });

        emit RefundRequested(paymentId, msg.sender, amount);
    }

    /// @inheritdoc IRefunds
    function approveRefund(uint256 paymentId) external {
        (IPayments.Payment storage payment, uint256 amount) = _close(paymentId);

        payment.refunded += amount;
        Ledger.debit(payment.payee, payment.token, amount);
        Ledger.credit(payment.payer, payment.token, amount);

        emit RefundApproved(paymentId, amount);
    }

    /// @inheritdoc IRefunds
    function rejectRefund(uint256 paymentId) external {
        (, uint256 amount) = _close(paymentId);

        emit RefundRejected(paymentId, amount);
    }

    /// @inheritdoc IRefunds
    function setRefundWindow(uint32 window) external {
        Access.requireRole(Roles.MANAGER);

        RefundStorage.layout().window = window;

        emit RefundWindowSet(window);
    }

    /// @inheritdoc IRefunds
    function refundOf(uint256 paymentId) external view returns (Request memory) {
        return RefundStorage.layout().requests[paymentId];
    }

    function _close(uint256 paymentId) private returns (IPayments.Payment storage payment, uint256 amount) {
        payment = Settlement.payment(paymentId);
        if (msg.sender != payment.payee) revert NotPayee(paymentId, msg.sender);
        RefundStorage.Layout storage $ = RefundStorage.layout();
        amount = $.requests[paymentId].amount;
        if (amount == 0) revert NotRequested(paymentId);

        delete $.requests[paymentId];
    }
}
