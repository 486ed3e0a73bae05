// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IAccounts
/// @notice Balances held in the system. Ether is the token `address(0)`.
interface IAccounts {
    struct Profile {
        bytes32 label;
        /// Where `withdraw(token, amount)` sends; 0 means the account itself.
        address payoutAddress;
        string contact;
    }

    event BalanceTransferred(address indexed from, address indexed to, address indexed token, uint256 amount);
    event ProfileSet(address indexed account, bytes32 label, address payoutAddress);

    /// @notice Takes `amount` of an allowed token from the caller, who approved the router, and credits it.
    function deposit(address token, uint256 amount) external;
    /// @notice Credits the ether sent along.
    function depositEther() external payable;
    /// @notice Sends to the caller's payout address. Works for tokens that are no longer allowed, and while paused.
    function withdraw(address token, uint256 amount) external;
    /// @notice Sends to `to`. Works for tokens that are no longer allowed, and while paused.
    function withdraw(address token, uint256 amount, address to) external;
    /// @notice Moves a balance to another account, without a fee and without a payment on record.
    function transferBalance(address token, address to, uint256 amount) external;
    /// @notice What the system owes `account`; for the router itself, the fees collected.
    function balanceOf(address account, address token) external view returns (uint256);
    /// @notice Replaces the caller's profile.
    function setProfile(Profile calldata profile) external;
    /// @notice The profile of `account`, empty if none was set.
    function profileOf(address account) external view returns (Profile memory);
}
