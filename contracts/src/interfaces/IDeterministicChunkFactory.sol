// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title CREATE2 deployment and content-addressed data, for anyone
/// @notice No owner, no state, no ether kept. What exists is returned and checked, without a second event.
/// @dev A chunk's code is `0x00 ‖ data`, made with salt 0 by the init code `0x61 ‖ length of that code, 2 bytes ‖
/// 0x80600a3d393df3 ‖ 0x00 ‖ data`, whose keccak256 is the chunk's `hash`: `chunk == predictAddress(0, hash)`.
interface IDeterministicChunkFactory {
    /// @notice The init code is empty or larger than 49,152 bytes.
    error InitCodeSizeOutOfRange(uint256 size);
    /// @notice The data is larger than 24,575 bytes.
    error DataTooLarge(uint256 size);
    /// @notice The constructor failed without data, or left no code. Its revert data is passed on unchanged.
    error DeploymentFailed(address predicted);
    /// @notice The code at `deployed` is not the expected one.
    error UnexpectedCode(address deployed, bytes32 expected, bytes32 actual);
    /// @notice Ether was sent to what exists already.
    error UnexpectedValue(uint256 value);
    /// @notice The arrays differ in length.
    error ArrayLengthMismatch();
    /// @notice `chunk` was not made by `stage`.
    error NotAChunk(address chunk);

    event ContractDeployed(address indexed deployed, bytes32 indexed salt, bytes32 initCodeHash);
    event ChunkStaged(address indexed chunk, bytes32 indexed hash, uint256 size);

    /// @notice Deploys `initCode ‖ constructorArgs` by CREATE2, with the value sent.
    function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs)
        external
        payable
        returns (address deployed);

    /// @notice The same, and the code must be the expected one, whether new or found.
    function deployDeterministic(
        bytes32 salt,
        bytes calldata initCode,
        bytes calldata constructorArgs,
        bytes32 expectedCodeHash
    ) external payable returns (address deployed);

    /// @notice All or nothing.
    function deployDeterministicBatch(
        bytes32[] calldata salts,
        bytes[] calldata initCodes,
        bytes[] calldata constructorArgs
    ) external returns (address[] memory deployed);

    /// @notice Stores `data` as code, at an address that depends on the content alone.
    function stage(bytes calldata data) external returns (address chunk, bytes32 hash);
    function stageBatch(bytes[] calldata data)
        external
        returns (address[] memory chunks, bytes32[] memory hashes);

    function predict(bytes calldata data) external view returns (address chunk, bytes32 hash);
    function predictAddress(bytes32 salt, bytes32 initCodeHash) external view returns (address);

    /// @notice The data of a chunk of this factory.
    function read(address chunk) external view returns (bytes memory data);

    /// @notice Whether the chunk with this `hash` exists.
    function exists(bytes32 hash) external view returns (bool);

    /// @notice Whether the init code can be deployed under EIP-3860.
    function validateBytecodeSize(bytes calldata initCode) external pure returns (bool);
}
