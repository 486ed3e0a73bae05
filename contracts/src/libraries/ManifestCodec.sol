// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A manifest in memory: where its bytes begin. One that was staged is well-formed, so reads are unchecked.
type Manifest is uint256;

using ManifestCodec for Manifest global;

/// @notice The layout of manifest bytes, version 1: `version 1 ‖ facet count 1 ‖ route count 2 ‖ facets (address 20 ‖ code
/// hash 32) ‖ routes (selector 4 ‖ facet index 1 ‖ flags 1)`.
library ManifestCodec {
    uint256 internal constant HEADER = 4;
    uint256 internal constant FACET = 52;
    uint256 internal constant ROUTE = 6;
    uint256 internal constant MAX_ROUTES = 3900;
    uint256 internal constant MAX_HOT = 512;
    /// @dev A whole exchange costs some 27,300 gas for a hot route, 5,190 for a facet and 3,030 for any route; within this it fits in 16,777,216 (EIP-7825).
    uint256 internal constant MAX_EXCHANGE = 5200;
    uint256 internal constant HOT_WEIGHT = 9;
    uint256 internal constant FACET_WEIGHT = 2;

    /// @notice The manifest of a chunk; one without facets or routes for an address without code.
    function load(address chunk) internal view returns (Manifest manifest) {
        assembly ("memory-safe") {
            manifest := mload(0x40)
            let size := extcodesize(chunk)
            mstore(manifest, 0)
            // The first byte of a chunk's code is STOP.
            extcodecopy(chunk, manifest, 1, sub(size, gt(size, 0)))
            // A word of room behind the last route: reading it as a whole word stays inside.
            mstore(0x40, add(add(manifest, size), 0x20))
        }
    }

    function facetCount(Manifest manifest) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := byte(1, mload(manifest))
        }
    }

    function routeCount(Manifest manifest) internal pure returns (uint256 count) {
        assembly ("memory-safe") {
            count := and(shr(224, mload(manifest)), 0xffff)
        }
    }

    function facet(Manifest manifest, uint256 index)
        internal
        pure
        returns (address facet_, bytes32 codeHash)
    {
        assembly ("memory-safe") {
            let at := add(add(manifest, HEADER), mul(index, FACET))
            facet_ := shr(96, mload(at))
            codeHash := mload(add(at, 20))
        }
    }

    /// @notice Where the routes begin and end.
    function routes(Manifest manifest) internal pure returns (uint256 at, uint256 end) {
        assembly ("memory-safe") {
            let head := mload(manifest)
            at := add(add(manifest, HEADER), mul(byte(1, head), FACET))
            end := add(at, mul(and(shr(224, head), 0xffff), ROUTE))
        }
    }

    /// @notice The route at a memory position, in parts. Behind the last route the parts mean nothing.
    function read(uint256 at) internal pure returns (uint256 selector, uint256 index, uint256 flags) {
        assembly ("memory-safe") {
            let entry := mload(at)
            selector := shr(224, entry)
            index := byte(4, entry)
            flags := byte(5, entry)
        }
    }

    /// @notice Where the route of `selector` is; zero if there is none.
    /// @dev Searches for the last route that is not greater. Branches instead of arithmetic, so that on each path a place in memory
    /// is a number: provers need that.
    function find(Manifest manifest, uint256 selector) internal pure returns (uint256 at) {
        assembly ("memory-safe") {
            let head := mload(manifest)
            let count := and(shr(224, head), 0xffff)
            at := add(add(manifest, HEADER), mul(byte(1, head), FACET))
            let greatest := or(shl(224, selector), shr(32, not(0)))

            // The greatest power of two that is not above the count.
            let step := or(count, shr(1, count))
            step := or(step, shr(2, step))
            step := or(step, shr(4, step))
            step := or(step, shr(8, step))
            step := mul(sub(step, shr(1, step)), ROUTE)

            // The first so many routes or the last so many; then always the half that has it.
            let middle := sub(add(at, mul(count, ROUTE)), step)
            if iszero(gt(mload(middle), greatest)) { at := middle }
            for { } 1 { } {
                step := shr(1, step)
                if lt(step, ROUTE) { break }
                middle := add(at, step)
                if gt(mload(middle), greatest) { continue }
                at := middle
            }
            if or(xor(shr(224, mload(at)), selector), iszero(count)) { at := 0 }
        }
    }

    /// @notice The word of the route at a memory position: facet, flags, code hash prefix.
    function word(Manifest manifest, uint256 at) internal pure returns (uint256 word_) {
        assembly ("memory-safe") {
            let route := mload(at)
            let entry := mload(add(add(manifest, HEADER), mul(byte(4, route), FACET)))
            // The facet, and 11 bytes of the 12 that follow it.
            word_ := or(or(shr(96, entry), shl(168, shr(8, entry))), shl(160, byte(5, route)))
        }
    }

    /// @notice The words of all facets without flags, one after the other.
    function bases(Manifest manifest) internal pure returns (uint256 table) {
        assembly ("memory-safe") {
            // Two a turn, as in `word`: behind an odd number stands one that means nothing.
            function write(end, to, at) {
                for { } 1 { } {
                    let entry := mload(at)
                    mstore(to, or(shr(96, entry), shl(168, shr(8, entry))))
                    entry := mload(add(at, FACET))
                    mstore(add(to, 0x20), or(shr(96, entry), shl(168, shr(8, entry))))
                    to := add(to, 0x40)
                    at := add(at, 104)
                    if iszero(lt(at, end)) { leave }
                }
            }

            table := mload(0x40)
            let count := byte(1, mload(manifest))
            let at := add(manifest, HEADER)
            if count { write(add(at, mul(count, FACET)), table, at) }
            mstore(0x40, add(table, shl(5, add(count, 1))))
        }
    }

    /// @notice The same as `word`, from the table that `bases` made.
    function wordFrom(uint256 table, uint256 at) internal pure returns (uint256 word_) {
        assembly ("memory-safe") {
            let route := mload(at)
            word_ := or(mload(add(table, shl(5, byte(4, route)))), shl(160, byte(5, route)))
        }
    }

    /// @notice The selector at a memory position.
    function selectorAt(uint256 at) internal pure returns (uint256 selector) {
        assembly ("memory-safe") {
            selector := shr(224, mload(at))
        }
    }

    /// @notice Sets BLOCKED in the flags of the routes of `selectors`, in memory only.
    function mark(Manifest manifest, bytes4[] calldata selectors) internal pure {
        for (uint256 i; i < selectors.length; ++i) {
            uint256 at = manifest.find(uint32(selectors[i]));
            assembly ("memory-safe") {
                if at { mstore8(add(at, 5), or(byte(5, mload(at)), 0x80)) }
            }
        }
    }
}
