// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IRefunds
/// @notice Money back, asked for by the payer and granted by the payee from the payee's balance.
/// @dev The fee of the payment stays paid: a full refund costs the payee the fee.
interface IRefunds {
    struct Request {
        uint256 amount;
        uint64 time;
    }

    event RefundRequested(uint256 indexed paymentId, address indexed payer, uint256 amount);
    event RefundApproved(uint256 indexed paymentId, uint256 amount);
    event RefundRejected(uint256 indexed paymentId, uint256 amount);
    event RefundWindowSet(uint32 window);

    error NotPayer(uint256 paymentId, address sender);
    error NotPayee(uint256 paymentId, address sender);
    error RefundWindowClosed(uint256 paymentId, uint256 closedAt);
    error RefundTooLarge(uint256 paymentId, uint256 amount, uint256 refundable);
    error AlreadyRequested(uint256 paymentId);
    error NotRequested(uint256 paymentId);

    /// @notice Asks for `amount` of a payment back. Only its payer, once at a time, within the window.
    function requestRefund(uint256 paymentId, uint256 amount) external;
    /// @notice Grants the request. Only the payee.
    function approveRefund(uint256 paymentId) external;
    /// @notice Declines the request; the payer may ask again. Only the payee.
    function rejectRefund(uint256 paymentId) external;
    /// @notice Sets for how many seconds after a payment a refund may be asked for; 0 means 14 days. Only the manager.
    function setRefundWindow(uint32 window) external;
    /// @notice The open request of a payment, empty if there is none.
    function refundOf(uint256 paymentId) external view returns (Request memory);
}
