// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Create2 } from "@openzeppelin/contracts/utils/Create2.sol";
import { IDeterministicChunkFactory } from "../interfaces/IDeterministicChunkFactory.sol";
import { ChunkCode } from "../libraries/ChunkCode.sol";

/// @title CREATE2 deployment and content-addressed data, for anyone
/// @notice See `IDeterministicChunkFactory`. No owner, no storage.
contract DeterministicChunkFactory is IDeterministicChunkFactory {
    uint256 private constant MAX_INIT_CODE = 49_152;

    /// @inheritdoc IDeterministicChunkFactory
    function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs)
        external
        payable
        returns (address)
    {
        return _deploy(salt, initCode, constructorArgs);
    }

    /// @inheritdoc IDeterministicChunkFactory
    function deployDeterministic(
        bytes32 salt,
        bytes calldata initCode,
        bytes calldata constructorArgs,
        bytes32 expectedCodeHash
    ) external payable returns (address deployed) {
        deployed = _deploy(salt, initCode, constructorArgs);
        bytes32 actual = deployed.codehash;
        require(actual == expectedCodeHash, UnexpectedCode(deployed, expectedCodeHash, actual));
    }

    /// @inheritdoc IDeterministicChunkFactory
    function deployDeterministicBatch(
        bytes32[] calldata salts,
        bytes[] calldata initCodes,
        bytes[] calldata constructorArgs
    ) external returns (address[] memory deployed) {
        uint256 count = salts.length;
        require(count == initCodes.length && count == constructorArgs.length, ArrayLengthMismatch());

        deployed = new address[](count);
        for (uint256 i; i < count; ++i) {
            deployed[i] = _deploy(salts[i], initCodes[i], constructorArgs[i]);
        }
    }

    /// @inheritdoc IDeterministicChunkFactory
    function stage(bytes calldata data) external returns (address chunk, bytes32 hash) {
        return _stage(data);
    }

    /// @inheritdoc IDeterministicChunkFactory
    function stageBatch(bytes[] calldata data)
        external
        returns (address[] memory chunks, bytes32[] memory hashes)
    {
        chunks = new address[](data.length);
        hashes = new bytes32[](data.length);
        for (uint256 i; i < data.length; ++i) {
            (chunks[i], hashes[i]) = _stage(data[i]);
        }
    }

    /// @inheritdoc IDeterministicChunkFactory
    function predict(bytes calldata data) external view returns (address chunk, bytes32 hash) {
        (uint256 start, uint256 length) = _chunkInitCode(data);
        (chunk, hash) = _predict(0, start, length);
    }

    /// @inheritdoc IDeterministicChunkFactory
    function predictAddress(bytes32 salt, bytes32 initCodeHash) external view returns (address) {
        return Create2.computeAddress(salt, initCodeHash);
    }

    /// @inheritdoc IDeterministicChunkFactory
    function read(address chunk) external view returns (bytes memory data) {
        (bytes32 hash, uint256 start, uint256 size) = ChunkCode.read(chunk);
        require(Create2.computeAddress(0, hash) == chunk, NotAChunk(chunk));

        data = new bytes(size);
        assembly ("memory-safe") {
            mcopy(add(data, 0x20), start, size)
        }
    }

    /// @inheritdoc IDeterministicChunkFactory
    function exists(bytes32 hash) external view returns (bool) {
        (bytes32 found,,) = ChunkCode.read(Create2.computeAddress(0, hash));
        return hash != 0 && found == hash;
    }

    /// @inheritdoc IDeterministicChunkFactory
    function validateBytecodeSize(bytes calldata initCode) external pure returns (bool) {
        return _isInitCodeSize(initCode.length);
    }

    function _deploy(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs)
        private
        returns (address deployed)
    {
        uint256 length = initCode.length + constructorArgs.length;
        require(initCode.length != 0 && _isInitCodeSize(length), InitCodeSizeOutOfRange(length));

        uint256 start;
        assembly ("memory-safe") {
            start := mload(0x40)
            calldatacopy(start, initCode.offset, initCode.length)
            calldatacopy(add(start, initCode.length), constructorArgs.offset, constructorArgs.length)
            mstore(0x40, and(add(add(start, length), 0x1f), not(0x1f)))
        }
        bytes32 hash;
        (deployed, hash) = _predict(salt, start, length);
        if (deployed.code.length != 0) {
            require(msg.value == 0, UnexpectedValue(msg.value));
            return deployed;
        }

        _create(deployed, msg.value, salt, start, length);
        emit ContractDeployed(deployed, salt, hash);
    }

    function _stage(bytes calldata data) private returns (address chunk, bytes32 hash) {
        (uint256 start, uint256 length) = _chunkInitCode(data);
        (chunk, hash) = _predict(0, start, length);
        if (chunk.code.length != 0) return (chunk, hash);

        _create(chunk, 0, 0, start, length);
        emit ChunkStaged(chunk, hash, data.length);
    }

    function _create(address predicted, uint256 value, bytes32 salt, uint256 start, uint256 length) private {
        address created;
        assembly ("memory-safe") {
            created := create2(value, start, length, salt)
            // The constructor's reason is the caller's.
            if and(iszero(created), gt(returndatasize(), 0)) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
        // A constructor that leaves no code has not deployed anything.
        require(created != address(0) && created.code.length != 0, DeploymentFailed(predicted));
    }

    function _chunkInitCode(bytes calldata data) private pure returns (uint256 start, uint256 length) {
        require(data.length <= ChunkCode.MAX_DATA, DataTooLarge(data.length));
        uint256 to;
        (start, length, to) = ChunkCode.open(data.length);
        assembly ("memory-safe") {
            calldatacopy(to, data.offset, data.length)
        }
    }

    function _predict(bytes32 salt, uint256 start, uint256 length)
        private
        view
        returns (address predicted, bytes32 hash)
    {
        assembly ("memory-safe") {
            hash := keccak256(start, length)
        }
        predicted = Create2.computeAddress(salt, hash);
    }

    function _isInitCodeSize(uint256 size) private pure returns (bool) {
        return size != 0 && size <= MAX_INIT_CODE;
    }
}
