// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IChunkFactory } from "../interfaces/IChunkFactory.sol";
import { Access } from "../libraries/Access.sol";
import { Roles } from "../libraries/Roles.sol";

/// @title ChunkFactory
contract ChunkFactory is IChunkFactory {
    address private immutable FACTORY;

    constructor(address factory) {
        if (factory == address(0)) revert NoFactory();

        FACTORY = factory;
    }

    /// @inheritdoc IChunkFactory
    function chunkFactory() external view returns (address) {
        return FACTORY;
    }

    /// @inheritdoc IChunkFactory
    function stage(bytes calldata data) external returns (address chunk, bytes32 hash) {
        return IChunkFactory(FACTORY).stage(data);
    }

    /// @inheritdoc IChunkFactory
    function predict(bytes calldata data) external view returns (address chunk, bytes32 hash) {
        return IChunkFactory(FACTORY).predict(data);
    }

    /// @inheritdoc IChunkFactory
    function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs)
        external
        payable
        returns (address)
    {
        Access.requireRole(Roles.PUBLISHER);

        return IChunkFactory(FACTORY).deployDeterministic{ value: msg.value }(salt, initCode, constructorArgs);
    }
}
