// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Ledger } from "../libraries/Ledger.sol";
import { Settlement } from "../libraries/Settlement.sol";
import { Payments } from "./Payments.sol";

/// @title PaymentsWithTips
/// @notice The second version of Payments: the same functions, and payments with a tip.
contract PaymentsWithTips is Payments {
    event TipGiven(uint256 indexed id, uint256 tip);

    constructor(uint16 feeLimit) Payments(feeLimit) { }

    /// @notice Pays `amount` and a tip on top. The tip goes to the payee whole: no fee is taken from it and it cannot
    /// be refunded.
    /// @dev Ether is the token `address(0)`, with amount and tip sent along.
    function payWithTip(address token, address payee, uint256 amount, uint256 tip, bytes32 memo)
        external
        payable
        returns (uint256 id)
    {
        Ledger.receiveFrom(token, amount + tip);

        id = Settlement.settle(msg.sender, payee, token, amount, memo);
        Ledger.credit(payee, token, tip);

        emit TipGiven(id, tip);
    }
}
