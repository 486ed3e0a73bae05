// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { FixedPointMathLib } from "solady/utils/FixedPointMathLib.sol";

import { ILedger } from "../interfaces/ILedger.sol";
import { ITreasury } from "../interfaces/ITreasury.sol";
import { Access } from "../libraries/Access.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Roles } from "../libraries/Roles.sol";

/// @title Treasury
contract Treasury is ITreasury, ILedger {
    /// @inheritdoc ITreasury
    function withdrawFees(address token, address to, uint256 amount) external {
        Access.requireRole(Roles.TREASURER);
        Ledger.requireRecipient(to);
        Ledger.requireAmount(amount);

        Ledger.debit(address(this), token, amount);

        emit FeesWithdrawn(token, to, amount);

        Ledger.send(token, to, amount);
    }

    /// @inheritdoc ITreasury
    function sweep(address token, address to) external returns (uint256 amount) {
        Access.requireRole(Roles.TREASURER);
        Ledger.requireRecipient(to);
        amount = _surplus(token);
        Ledger.requireAmount(amount);

        emit Swept(token, to, amount);

        Ledger.transferOut(token, to, amount);
    }

    /// @inheritdoc ITreasury
    function surplus(address token) external view returns (uint256) {
        return _surplus(token);
    }

    function _surplus(address token) private view returns (uint256) {
        return FixedPointMathLib.zeroFloorSub(Ledger.holdings(token), Ledger.liabilities(token));
    }
}
