// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayments } from "./IPayments.sol";

/// @title IReporting
/// @notice What accountants and monitors read.
interface IReporting {
    struct Summary {
        uint256 balance;
        uint256 rewards;
        address payoutAddress;
        uint64 lastHeartbeat;
    }

    /// @notice All payments ever made in the token, before fees and refunds.
    function totalPaid(address token) external view returns (uint256);
    /// @notice How many payments were made; also the number of the last one.
    function paymentCount() external view returns (uint256);
    /// @notice What the system owes in the token: balances, escrows and rewards together.
    function liabilities(address token) external view returns (uint256);
    /// @notice Whether the router holds at least what it owes.
    function isSolvent(address token) external view returns (bool);
    /// @notice The state of one account in one token.
    function accountSummary(address account, address token) external view returns (Summary memory);
    /// @notice Up to 100 payments from number `from` on.
    function payments(uint256 from, uint256 limit) external view returns (IPayments.Payment[] memory);
}
