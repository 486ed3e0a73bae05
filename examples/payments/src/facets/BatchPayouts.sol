// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SafeTransferLib } from "solady/utils/SafeTransferLib.sol";

import { IBatchPayouts } from "../interfaces/IBatchPayouts.sol";
import { ILedger } from "../interfaces/ILedger.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { LedgerStorage } from "../storage/LedgerStorage.sol";

/// @title BatchPayouts
contract BatchPayouts is IBatchPayouts, ILedger {
    /// @dev Bounded, so that no batch can outgrow a transaction's gas.
    uint16 private immutable MAX_PAYOUTS;

    constructor(uint16 limit) {
        MAX_PAYOUTS = limit;
    }

    /// @inheritdoc IBatchPayouts
    function payout(address token, Payout[] calldata payouts) external {
        _requireCount(payouts.length);

        uint256 total;
        for (uint256 i; i < payouts.length; ++i) {
            Ledger.requireRecipient(payouts[i].to);
            Ledger.requireAmount(payouts[i].amount);

            total += payouts[i].amount;
            Ledger.debit(msg.sender, token, payouts[i].amount);
            Ledger.credit(payouts[i].to, token, payouts[i].amount);
        }

        emit PaidOut(msg.sender, token, payouts.length, total);
    }

    /// @inheritdoc IBatchPayouts
    function payoutEqual(address token, address[] calldata recipients, uint256 amount) external {
        _requireCount(recipients.length);
        Ledger.requireAmount(amount);

        uint256 total = amount * recipients.length;
        Ledger.debit(msg.sender, token, total);
        for (uint256 i; i < recipients.length; ++i) {
            Ledger.requireRecipient(recipients[i]);

            Ledger.credit(recipients[i], token, amount);
        }

        emit PaidOut(msg.sender, token, recipients.length, total);
    }

    /// @inheritdoc IBatchPayouts
    function payoutEther(Payout[] calldata payouts) external payable {
        _requireCount(payouts.length);
        uint256 total;
        for (uint256 i; i < payouts.length; ++i) {
            Ledger.requireRecipient(payouts[i].to);
            Ledger.requireAmount(payouts[i].amount);

            total += payouts[i].amount;
        }

        Ledger.receiveEther(total);

        emit PaidOut(msg.sender, Ledger.ETHER, payouts.length, total);

        LedgerStorage.Layout storage $ = LedgerStorage.layout();
        for (uint256 i; i < payouts.length; ++i) {
            (address to, uint256 amount) = (payouts[i].to, payouts[i].amount);
            if (SafeTransferLib.trySafeTransferETH(to, amount, SafeTransferLib.GAS_STIPEND_NO_GRIEF)) {
                $.liabilities[Ledger.ETHER] -= amount;
            } else {
                Ledger.credit(to, Ledger.ETHER, amount);

                emit PayoutCredited(to, amount);
            }
        }
    }

    /// @inheritdoc IBatchPayouts
    function maxPayouts() external view returns (uint16) {
        return MAX_PAYOUTS;
    }

    function _requireCount(uint256 count) private view {
        if (count == 0) revert ZeroAmount();
        if (count > MAX_PAYOUTS) revert TooManyPayouts(count, MAX_PAYOUTS);
    }
}
