// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The cheat codes of halmos that these checks use.
interface Svm {
    /// @notice Calldata of every function of `contractName` that changes state, with any arguments, and of none of them.
    function createCalldata(string calldata contractName) external view returns (bytes memory);
}
