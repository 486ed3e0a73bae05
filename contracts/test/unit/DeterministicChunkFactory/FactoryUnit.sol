// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { Core } from "../../harness/Core.sol";

/// @notice The factory, and addresses and chunks computed from the EIPs alone.
abstract contract FactoryUnit is Core {
    uint256 internal constant MAX_DATA = 24_575;
    uint256 internal constant MAX_INIT_CODE = 49_152;

    function setUp() public virtual {
        deployCore();
    }

    /// @dev EIP-1014.
    function create2Address(bytes32 salt, bytes32 initCodeHash) internal view returns (address) {
        return address(
            uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(factory), salt, initCodeHash))))
        );
    }

    /// @dev Pushes the size, copies what follows the ten bytes, returns it.
    function chunkInitCode(bytes memory data) internal pure returns (bytes memory) {
        return bytes.concat(hex"61", bytes2(uint16(data.length + 1)), hex"80600a3d393df3", hex"00", data);
    }

    /// @notice Init code that leaves `code`.
    function initCodeFor(bytes memory code) internal pure returns (bytes memory) {
        return bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
    }

    /// @notice Init code of a given size that leaves one STOP.
    function initCodeOfSize(uint256 size) internal pure returns (bytes memory code) {
        code = new bytes(size);
        bytes memory start = hex"60016000f3";
        for (uint256 i = 0; i < start.length; i++) {
            code[i] = start[i];
        }
    }

    /// @notice `size` bytes, each depending on the seed and its place.
    function noise(uint256 size, uint256 seed) internal pure returns (bytes memory data) {
        data = new bytes(size);
        for (uint256 at = 0; at < size; at += 32) {
            bytes32 word = keccak256(abi.encode(seed, at));
            assembly ("memory-safe") {
                let to := add(add(data, 32), at)
                let left := sub(size, at)
                switch lt(left, 32)
                case 0 { mstore(to, word) }
                default {
                    for { let i := 0 } lt(i, left) { i := add(i, 1) } {
                        mstore8(add(to, i), byte(i, word))
                    }
                }
            }
        }
    }

    function expectDeployed(address deployed, bytes32 salt, bytes32 initCodeHash) internal {
        vm.expectEmit(address(factory));
        emit IDeterministicChunkFactory.ContractDeployed(deployed, salt, initCodeHash);
    }

    function expectStaged(address chunk, bytes32 hash, uint256 size) internal {
        vm.expectEmit(address(factory));
        emit IDeterministicChunkFactory.ChunkStaged(chunk, hash, size);
    }

    function assertNoLogs(string memory message) internal {
        assertEq(vm.getRecordedLogs().length, 0, message);
    }
}
