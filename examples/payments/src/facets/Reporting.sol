// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayments } from "../interfaces/IPayments.sol";
import { IReporting } from "../interfaces/IReporting.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { HeartbeatStorage } from "../storage/HeartbeatStorage.sol";
import { PaymentStorage } from "../storage/PaymentStorage.sol";
import { ProfileStorage } from "../storage/ProfileStorage.sol";
import { RewardStorage } from "../storage/RewardStorage.sol";

/// @title Reporting
contract Reporting is IReporting {
    uint256 private constant PAGE = 100;

    /// @inheritdoc IReporting
    function totalPaid(address token) external view returns (uint256) {
        return PaymentStorage.layout().totalPaid[token];
    }

    /// @inheritdoc IReporting
    function paymentCount() external view returns (uint256) {
        return PaymentStorage.layout().count;
    }

    /// @inheritdoc IReporting
    function liabilities(address token) external view returns (uint256) {
        return Ledger.liabilities(token);
    }

    /// @inheritdoc IReporting
    function isSolvent(address token) external view returns (bool) {
        return Ledger.holdings(token) >= Ledger.liabilities(token);
    }

    /// @inheritdoc IReporting
    function accountSummary(address account, address token) external view returns (Summary memory) {
        return Summary({
            balance: Ledger.balance(account, token),
            rewards: RewardStorage.layout().earned[account][token],
            payoutAddress: ProfileStorage.layout().profiles[account].payoutAddress,
            lastHeartbeat: HeartbeatStorage.layout().last[account]
        });
    }

    /// @inheritdoc IReporting
    function payments(uint256 from, uint256 limit) external view returns (IPayments.Payment[] memory page) {
        PaymentStorage.Layout storage $ = PaymentStorage.layout();
        if (from == 0) from = 1;
        uint256 rest = from > $.count ? 0 : $.count - from + 1;
        if (limit > PAGE) limit = PAGE;
        if (limit > rest) limit = rest;

        page = new IPayments.Payment[](limit);
        for (uint256 i; i < limit; ++i) {
            page[i] = $.payments[from + i];
        }
    }
}
