// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../interfaces/ILedger.sol";
import { IRewards } from "../interfaces/IRewards.sol";
import { Access } from "../libraries/Access.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Roles } from "../libraries/Roles.sol";
import { RewardStorage } from "../storage/RewardStorage.sol";

/// @title Rewards
contract Rewards is IRewards, ILedger {
    uint16 private constant RATE_LIMIT = 10_000;

    /// @inheritdoc IRewards
    function setRewardRate(uint16 rate) external {
        Access.requireRole(Roles.MANAGER);
        if (rate > RATE_LIMIT) revert RateTooHigh(rate, RATE_LIMIT);

        RewardStorage.layout().rate = rate;

        emit RewardRateSet(rate);
    }

    /// @inheritdoc IRewards
    function rewardRate() external view returns (uint16) {
        return RewardStorage.layout().rate;
    }

    /// @inheritdoc IRewards
    function rewardsOf(address account, address token) external view returns (uint256) {
        return RewardStorage.layout().earned[account][token];
    }

    /// @inheritdoc IRewards
    function claimRewards(address token) external returns (uint256 amount) {
        mapping(address => uint256) storage earned = RewardStorage.layout().earned[msg.sender];
        amount = earned[token];
        Ledger.requireAmount(amount);

        earned[token] = 0;
        Ledger.credit(msg.sender, token, amount);

        emit RewardClaimed(msg.sender, token, amount);
    }

    /// @inheritdoc IRewards
    function grantReward(address account, address token, uint256 amount) external {
        Access.requireRole(Roles.MANAGER);
        Ledger.requireRecipient(account);
        Ledger.requireAmount(amount);

        Ledger.debit(address(this), token, amount);
        RewardStorage.layout().earned[account][token] += amount;

        emit RewardGranted(account, token, amount);
    }
}
