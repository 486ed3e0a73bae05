// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { FixedPointMathLib } from "solady/utils/FixedPointMathLib.sol";

import { IPayments } from "../interfaces/IPayments.sol";
import { IRewards } from "../interfaces/IRewards.sol";
import { PaymentStorage } from "../storage/PaymentStorage.sol";
import { RewardStorage } from "../storage/RewardStorage.sol";
import { Ledger } from "./Ledger.sol";

/// @title Settlement
/// @notice Turns money that the router has taken, and owes to nobody yet, into a payment on record.
library Settlement {
    uint256 internal constant BASIS = 10_000;

    function feeOf(uint256 amount) internal view returns (uint256) {
        return FixedPointMathLib.fullMulDiv(amount, PaymentStorage.layout().fee, BASIS);
    }

    function settle(address payer, address payee, address token, uint256 amount, bytes32 memo)
        internal
        returns (uint256 id)
    {
        Ledger.requireRecipient(payee);
        Ledger.requireAmount(amount);
        uint256 fee = feeOf(amount);
        uint256 reward = _reward(payer, token, fee);

        Ledger.credit(payee, token, amount - fee);
        if (fee != reward) Ledger.credit(address(this), token, fee - reward);

        PaymentStorage.Layout storage $ = PaymentStorage.layout();
        id = ++$.count;
        $.totalPaid[token] += amount;
        $.payments[id] = IPayments.Payment({
            payer: payer,
            time: uint64(block.timestamp),
            payee: payee,
            token: token,
            amount: amount,
            fee: fee,
            refunded: 0,
            memo: memo
        });

        emit IPayments.PaymentMade(id, payer, payee, token, amount, fee, memo);
    }

    function payment(uint256 id) internal view returns (IPayments.Payment storage found) {
        found = PaymentStorage.layout().payments[id];
        if (found.payer == address(0)) revert IPayments.UnknownPayment(id);
    }

    function _reward(address payer, address token, uint256 fee) private returns (uint256 reward) {
        RewardStorage.Layout storage $ = RewardStorage.layout();
        reward = FixedPointMathLib.fullMulDiv(fee, $.rate, BASIS);
        if (reward == 0) return 0;

        $.earned[payer][token] += reward;

        emit IRewards.RewardEarned(payer, token, reward);
    }
}
