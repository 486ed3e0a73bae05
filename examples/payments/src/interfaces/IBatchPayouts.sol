// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IBatchPayouts
/// @notice One call, many recipients, no fee. All or nothing, except that an ether recipient who refuses is credited.
interface IBatchPayouts {
    struct Payout {
        address to;
        uint256 amount;
    }

    event PaidOut(address indexed from, address indexed token, uint256 recipients, uint256 total);
    /// @notice `to` refused the ether and has it as balance now.
    event PayoutCredited(address indexed to, uint256 amount);

    error TooManyPayouts(uint256 count, uint256 limit);

    /// @notice Moves parts of the caller's balance to others' balances.
    function payout(address token, Payout[] calldata payouts) external;
    /// @notice Moves the same amount to each.
    function payoutEqual(address token, address[] calldata recipients, uint256 amount) external;
    /// @notice Sends the ether that came along straight to the recipients, with little gas.
    function payoutEther(Payout[] calldata payouts) external payable;
    /// @notice The most recipients in one call.
    function maxPayouts() external view returns (uint16);
}
