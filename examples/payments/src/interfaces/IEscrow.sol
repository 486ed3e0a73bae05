// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IEscrow
/// @notice Money held until the payer is content, an arbiter decides, or time is up.
/// @dev While a deal is in dispute only the arbiter, or the side that gives in, can end it: choose arbiters who answer.
interface IEscrow {
    enum State {
        None,
        Open,
        Disputed,
        Released,
        Refunded,
        Settled
    }

    struct Terms {
        address token;
        address payee;
        address arbiter;
        uint256 amount;
        /// From the second after this one the payer may take the money back.
        uint64 deadline;
        bytes32 memo;
    }

    struct Deal {
        address payer;
        State state;
        uint64 deadline;
        address payee;
        address arbiter;
        address token;
        uint256 amount;
        bytes32 memo;
    }

    event EscrowOpened(
        uint256 indexed id, address indexed payer, address indexed payee, address token, uint256 amount
    );
    event EscrowDisputed(uint256 indexed id, address indexed by);
    event EscrowClosed(uint256 indexed id, State state, uint256 toPayee, uint256 toPayer);

    error InvalidArbiter(address arbiter);
    error DeadlinePassed(uint64 deadline, uint256 time);
    error DeadlineAhead(uint64 deadline, uint256 time);
    error NotPartyToEscrow(uint256 id, address sender);
    error WrongEscrowState(uint256 id, State state);
    error ShareTooLarge(uint256 share, uint256 amount);

    /// @notice Takes the money: ether sent along, or the caller's tokens.
    function openEscrow(Terms calldata terms) external payable returns (uint256 id);
    /// @notice Pays the payee, less the fee. The payer at any time, the arbiter unless there is a dispute.
    function releaseEscrow(uint256 id) external returns (uint256 paymentId);
    /// @notice Gives the money back without a fee. The payee at any time, the arbiter unless there is a dispute.
    function refundEscrow(uint256 id) external;
    /// @notice The payer takes the money back after the deadline, unless there is a dispute. Works while paused.
    function reclaimEscrow(uint256 id) external;
    /// @notice Payer or payee asks the arbiter to decide, until the deadline.
    function disputeEscrow(uint256 id) external;
    /// @notice The arbiter ends a dispute: `toPayee` is paid, less the fee, and the rest goes back.
    function settleEscrow(uint256 id, uint256 toPayee) external;
    /// @notice A deal by its number; numbers start at 1.
    function escrowOf(uint256 id) external view returns (Deal memory);
}
