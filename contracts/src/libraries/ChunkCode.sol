// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Chunks: data as code behind a STOP, created by a factory at an address that depends on the content alone.
/// @dev The init code is Solady's SSTORE2's: `0x61 ‖ size 2 ‖ 0x80600a3d393df3 ‖ code`, where `code = 0x00 ‖ data`.
library ChunkCode {
    uint256 internal constant MAX_DATA = 24_575;

    /// @dev The init code before the code, of no size, and how long it is.
    uint256 private constant PROLOGUE = 0x61000080600a3d393df3;
    uint256 private constant PROLOGUE_SIZE = 10;

    /// @notice Room in memory for the init code of a chunk of `size` bytes of data, with everything but the data.
    function open(uint256 size) internal pure returns (uint256 initCode, uint256 length, uint256 data) {
        uint256 prologue = PROLOGUE | ((size + 1) << 56);
        length = size + PROLOGUE_SIZE + 1;
        assembly ("memory-safe") {
            initCode := mload(0x40)
            // The prologue, the STOP and zeros.
            mstore(initCode, shl(176, prologue))
            data := add(initCode, 11)
            mstore(0x40, and(add(add(initCode, length), 0x3f), not(0x1f)))
        }
    }

    /// @notice The hash of the init code whose code is that of `chunk`, and its data in memory. Zero where there is none.
    function read(address chunk) internal view returns (bytes32 hash, uint256 data, uint256 size) {
        size = chunk.code.length;
        if (size == 0) return (0, 0, 0);
        uint256 initCode;
        uint256 length;
        (initCode, length, data) = open(--size);
        assembly ("memory-safe") {
            extcodecopy(chunk, sub(data, 1), 0, add(size, 1))
            hash := keccak256(initCode, length)
            // The same init code around other code is no chunk: what does not begin with STOP can run, and end itself.
            if byte(0, mload(sub(data, 1))) { hash := 0 }
        }
    }
}
