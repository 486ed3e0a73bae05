// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SafeTransferLib } from "solady/utils/SafeTransferLib.sol";

import { ILedger } from "../interfaces/ILedger.sol";
import { LedgerStorage } from "../storage/LedgerStorage.sol";
import { PaymentStorage } from "../storage/PaymentStorage.sol";

/// @title Ledger
/// @notice The only place where money enters, leaves or changes hands. `receiveToken`, `receiveEther` and `send` move
/// what the router holds and the liabilities alike; `credit` and `debit` move between holders of the same money.
library Ledger {
    address internal constant ETHER = address(0);

    function requireRecipient(address recipient) internal view {
        if (recipient == address(0) || recipient == address(this)) {
            revert ILedger.InvalidRecipient(recipient);
        }
    }

    function requireAmount(uint256 amount) internal pure {
        if (amount == 0) revert ILedger.ZeroAmount();
    }

    function requireNoEther() internal view {
        if (msg.value != 0) revert ILedger.WrongValue(msg.value, 0);
    }

    function requireAllowed(address token) internal view {
        if (token != ETHER && !PaymentStorage.layout().allowed[token]) revert ILedger.TokenNotAllowed(token);
    }

    /// @dev Takes `amount` from the caller, who must have sent exactly that as value if it is ether.
    function receiveFrom(address token, uint256 amount) internal {
        if (token == ETHER) return receiveEther(amount);
        requireNoEther();
        receiveToken(token, amount);
    }

    function receiveEther(uint256 amount) internal {
        requireAmount(amount);
        if (msg.value != amount) revert ILedger.WrongValue(msg.value, amount);

        LedgerStorage.layout().liabilities[ETHER] += amount;
    }

    function receiveToken(address token, uint256 amount) internal {
        requireAmount(amount);
        if (token == ETHER) revert ILedger.TokenNotAllowed(token);
        requireAllowed(token);

        LedgerStorage.layout().liabilities[token] += amount;

        uint256 held = SafeTransferLib.balanceOf(token, address(this));
        SafeTransferLib.safeTransferFrom(token, msg.sender, address(this), amount);
        uint256 holds = SafeTransferLib.balanceOf(token, address(this));
        // Not a subtraction: a token that takes money away must meet the same error.
        if (holds != held + amount) {
            revert ILedger.InexactTransfer(token, amount, holds > held ? holds - held : 0);
        }
    }

    /// @dev The caller must have debited `amount` before.
    function send(address token, address to, uint256 amount) internal {
        LedgerStorage.layout().liabilities[token] -= amount;

        transferOut(token, to, amount);
    }

    /// @dev Moves money that the ledger does not count.
    function transferOut(address token, address to, uint256 amount) internal {
        if (token == ETHER) SafeTransferLib.safeTransferETH(to, amount);
        else SafeTransferLib.safeTransfer(token, to, amount);
    }

    function credit(address account, address token, uint256 amount) internal {
        LedgerStorage.layout().balances[account][token] += amount;
    }

    function debit(address account, address token, uint256 amount) internal {
        mapping(address => uint256) storage balances = LedgerStorage.layout().balances[account];
        uint256 available = balances[token];
        if (available < amount) revert ILedger.InsufficientBalance(account, token, available, amount);

        unchecked {
            balances[token] = available - amount;
        }
    }

    function balance(address account, address token) internal view returns (uint256) {
        return LedgerStorage.layout().balances[account][token];
    }

    function liabilities(address token) internal view returns (uint256) {
        return LedgerStorage.layout().liabilities[token];
    }

    /// @dev What the router holds of the token, owed or not.
    function holdings(address token) internal view returns (uint256) {
        return token == ETHER ? address(this).balance : SafeTransferLib.balanceOf(token, address(this));
    }
}
