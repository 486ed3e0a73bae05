// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../interfaces/ILedger.sol";
import { IPayments } from "../interfaces/IPayments.sol";
import { Access } from "../libraries/Access.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Roles } from "../libraries/Roles.sol";
import { Settlement } from "../libraries/Settlement.sol";
import { PaymentStorage } from "../storage/PaymentStorage.sol";

/// @title Payments
contract Payments is IPayments, ILedger {
    /// @dev In hundredths of a per cent. In the code, where not even the manager can raise it without a reviewed plan.
    uint16 private immutable FEE_LIMIT;

    constructor(uint16 feeLimit) {
        if (feeLimit > Settlement.BASIS) revert FeeTooHigh(feeLimit, Settlement.BASIS);

        FEE_LIMIT = feeLimit;
    }

    /// @inheritdoc IPayments
    function pay(address token, address payee, uint256 amount, bytes32 memo) external returns (uint256 id) {
        Ledger.receiveToken(token, amount);

        return Settlement.settle(msg.sender, payee, token, amount, memo);
    }

    /// @inheritdoc IPayments
    function pay(Order calldata order) external payable returns (uint256 id) {
        if (block.timestamp > order.expiry) revert OrderExpired(order.expiry, block.timestamp);
        uint256 due = Settlement.feeOf(order.amount);
        if (due > order.maxFee) revert FeeTooHigh(due, order.maxFee);

        Ledger.receiveFrom(order.token, order.amount);

        return Settlement.settle(msg.sender, order.payee, order.token, order.amount, order.memo);
    }

    /// @inheritdoc IPayments
    function payEther(address payee, bytes32 memo) external payable returns (uint256 id) {
        Ledger.receiveEther(msg.value);

        return Settlement.settle(msg.sender, payee, Ledger.ETHER, msg.value, memo);
    }

    /// @inheritdoc IPayments
    function payFromBalance(address token, address payee, uint256 amount, bytes32 memo)
        external
        returns (uint256 id)
    {
        Ledger.debit(msg.sender, token, amount);

        return Settlement.settle(msg.sender, payee, token, amount, memo);
    }

    /// @inheritdoc IPayments
    function setFee(uint16 newFee) external {
        Access.requireRole(Roles.MANAGER);
        if (newFee > FEE_LIMIT) revert FeeTooHigh(newFee, FEE_LIMIT);

        PaymentStorage.layout().fee = newFee;

        emit FeeSet(newFee);
    }

    /// @inheritdoc IPayments
    function fee() external view returns (uint16) {
        return PaymentStorage.layout().fee;
    }

    /// @inheritdoc IPayments
    function quote(uint256 amount) external view returns (uint256 due, uint256 net) {
        due = Settlement.feeOf(amount);
        net = amount - due;
    }

    /// @inheritdoc IPayments
    function setTokenAllowed(address token, bool allowed) external {
        Access.requireRole(Roles.MANAGER);
        if (token.code.length == 0 || token == address(this)) revert NotAToken(token);

        PaymentStorage.layout().allowed[token] = allowed;

        emit TokenAllowed(token, allowed);
    }

    /// @inheritdoc IPayments
    function isTokenAllowed(address token) external view returns (bool) {
        return token == Ledger.ETHER || PaymentStorage.layout().allowed[token];
    }

    /// @inheritdoc IPayments
    function paymentOf(uint256 id) external view returns (Payment memory) {
        return Settlement.payment(id);
    }
}
