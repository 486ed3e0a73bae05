// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title ILedger
/// @notice Events and errors of the ledger, the same in every facet that moves money.
interface ILedger {
    event Deposited(address indexed account, address indexed token, uint256 amount);
    event Withdrawn(address indexed account, address indexed token, uint256 amount, address to);

    error TokenNotAllowed(address token);
    error InsufficientBalance(address account, address token, uint256 available, uint256 needed);
    /// @notice The ether sent is not what the call asks for.
    error WrongValue(uint256 sent, uint256 needed);
    /// @notice The token moved another amount than asked: it takes a fee, rebases or lies.
    error InexactTransfer(address token, uint256 asked, uint256 received);
    error ZeroAmount();
    /// @notice Nobody is at that address, or it is the router, whose balance is the fees.
    error InvalidRecipient(address recipient);

    // Raised by Solady's SafeTransferLib; declared here so that every facet's ABI can decode them.
    error ETHTransferFailed();
    error TransferFailed();
    error TransferFromFailed();
}
