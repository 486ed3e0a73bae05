// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IPayments
/// @notice Payments in allowed ERC-20 tokens and in ether. The payee is credited, never called: nobody can make a
/// payment fail by refusing it.
/// @dev The fee is `floor(amount * fee / 10,000)` and is borne by the payee. A part of it may go back to the payer as
/// a reward; the rest is the router's own balance.
interface IPayments {
    struct Payment {
        address payer;
        uint64 time;
        address payee;
        address token;
        uint256 amount;
        uint256 fee;
        /// What the payee gave back so far.
        uint256 refunded;
        bytes32 memo;
    }

    struct Order {
        address token;
        address payee;
        uint256 amount;
        /// The most that the payer accepts as fee, in the token's units.
        uint256 maxFee;
        /// The last second in which the order may be settled.
        uint64 expiry;
        bytes32 memo;
    }

    event PaymentMade(
        uint256 indexed id,
        address indexed payer,
        address indexed payee,
        address token,
        uint256 amount,
        uint256 fee,
        bytes32 memo
    );
    event FeeSet(uint16 fee);
    event TokenAllowed(address indexed token, bool allowed);

    error FeeTooHigh(uint256 fee, uint256 limit);
    error OrderExpired(uint64 expiry, uint256 time);
    error NotAToken(address token);
    error UnknownPayment(uint256 id);

    /// @notice Pays from the caller's tokens; the router must be approved.
    function pay(address token, address payee, uint256 amount, bytes32 memo) external returns (uint256 id);
    /// @notice Pays by an order with limits: in ether with the amount sent along, or from the caller's tokens.
    function pay(Order calldata order) external payable returns (uint256 id);
    /// @notice Pays the ether sent along.
    function payEther(address payee, bytes32 memo) external payable returns (uint256 id);
    /// @notice Pays from the caller's balance in the system.
    function payFromBalance(address token, address payee, uint256 amount, bytes32 memo)
        external
        returns (uint256 id);
    /// @notice Sets the fee in hundredths of a per cent. Only the manager.
    function setFee(uint16 fee) external;
    /// @notice The fee in hundredths of a per cent.
    function fee() external view returns (uint16);
    /// @notice What a payment of `amount` would cost and bring.
    function quote(uint256 amount) external view returns (uint256 fee, uint256 net);
    /// @notice Accepts a token or no longer. Only the manager. Balances in it can always be withdrawn.
    function setTokenAllowed(address token, bool allowed) external;
    /// @notice Whether the token is accepted; ether always is.
    function isTokenAllowed(address token) external view returns (bool);
    /// @notice A payment by its number; numbers start at 1.
    function paymentOf(uint256 id) external view returns (Payment memory);
}
