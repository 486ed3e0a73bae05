// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IRewards
/// @notice A part of every fee goes back to the payer.
interface IRewards {
    event RewardEarned(address indexed account, address indexed token, uint256 amount);
    event RewardClaimed(address indexed account, address indexed token, uint256 amount);
    event RewardGranted(address indexed account, address indexed token, uint256 amount);
    event RewardRateSet(uint16 rate);

    error RateTooHigh(uint16 rate, uint16 limit);

    /// @notice Sets which part of a fee is given back, in hundredths of a per cent. Only the manager.
    function setRewardRate(uint16 rate) external;
    /// @notice The part of a fee that is given back, in hundredths of a per cent.
    function rewardRate() external view returns (uint16);
    /// @notice What `account` has earned and not claimed.
    function rewardsOf(address account, address token) external view returns (uint256);
    /// @notice Moves what the caller has earned to the caller's balance.
    function claimRewards(address token) external returns (uint256 amount);
    /// @notice Gives a reward out of the fees collected. Only the manager.
    function grantReward(address account, address token, uint256 amount) external;
}
