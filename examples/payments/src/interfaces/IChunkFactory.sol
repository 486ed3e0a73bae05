// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IChunkFactory
/// @notice The DeterministicChunkFactory, reachable through the system. The first three functions have the factory's
/// own signatures and results.
interface IChunkFactory {
    /// @notice The facet was constructed without a factory.
    error NoFactory();

    /// @notice Stores `data` as a contract at an address that depends on the content alone. For everyone.
    function stage(bytes calldata data) external returns (address chunk, bytes32 hash);
    /// @notice Where `data` is or would be stored.
    function predict(bytes calldata data) external view returns (address chunk, bytes32 hash);
    /// @notice Creates a contract by CREATE2, or returns the one that is there. Only the publisher.
    function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs)
        external
        payable
        returns (address);
    /// @notice The factory that the calls go to.
    function chunkFactory() external view returns (address);
}
