// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccounts } from "../interfaces/IAccounts.sol";
import { ILedger } from "../interfaces/ILedger.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { ProfileStorage } from "../storage/ProfileStorage.sol";

/// @title Accounts
contract Accounts is IAccounts, ILedger {
    /// @inheritdoc IAccounts
    function deposit(address token, uint256 amount) external {
        Ledger.receiveToken(token, amount);
        Ledger.credit(msg.sender, token, amount);

        emit Deposited(msg.sender, token, amount);
    }

    /// @inheritdoc IAccounts
    function depositEther() external payable {
        Ledger.receiveEther(msg.value);
        Ledger.credit(msg.sender, Ledger.ETHER, msg.value);

        emit Deposited(msg.sender, Ledger.ETHER, msg.value);
    }

    /// @inheritdoc IAccounts
    function withdraw(address token, uint256 amount) external {
        address payout = ProfileStorage.layout().profiles[msg.sender].payoutAddress;

        _withdraw(token, amount, payout == address(0) ? msg.sender : payout);
    }

    /// @inheritdoc IAccounts
    function withdraw(address token, uint256 amount, address to) external {
        _withdraw(token, amount, to);
    }

    /// @inheritdoc IAccounts
    function transferBalance(address token, address to, uint256 amount) external {
        Ledger.requireRecipient(to);
        Ledger.requireAmount(amount);

        Ledger.debit(msg.sender, token, amount);
        Ledger.credit(to, token, amount);

        emit BalanceTransferred(msg.sender, to, token, amount);
    }

    /// @inheritdoc IAccounts
    function balanceOf(address account, address token) external view returns (uint256) {
        return Ledger.balance(account, token);
    }

    /// @inheritdoc IAccounts
    function setProfile(Profile calldata profile) external {
        if (profile.payoutAddress == address(this)) revert InvalidRecipient(profile.payoutAddress);

        ProfileStorage.layout().profiles[msg.sender] = profile;

        emit ProfileSet(msg.sender, profile.label, profile.payoutAddress);
    }

    /// @inheritdoc IAccounts
    function profileOf(address account) external view returns (Profile memory) {
        return ProfileStorage.layout().profiles[account];
    }

    function _withdraw(address token, uint256 amount, address to) private {
        Ledger.requireRecipient(to);
        Ledger.requireAmount(amount);

        Ledger.debit(msg.sender, token, amount);

        emit Withdrawn(msg.sender, token, amount, to);

        Ledger.send(token, to, amount);
    }
}
