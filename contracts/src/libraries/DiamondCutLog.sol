// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Manifest } from "./ManifestCodec.sol";

/// @notice The changes of an install, collected one by one and logged as one `DiamondCut`, grouped by facet.
/// @dev A change is a word `bucket ‖ selector 4`. The buckets of K new facets: k adds to facet k, K + k replaces by facet k, and
/// 2K removes. Sorting is by counting, so the work is linear.
struct Changes {
    uint256 start;
    uint256 end;
    uint256 facets;
}

library DiamondCutLog {
    /// @dev keccak256("DiamondCut((address,uint8,bytes4[])[],address,bytes)")
    bytes32 private constant TOPIC = 0x8faa70878671ccd212d20771b795c50af8fd3ff6cf27f4bde57e5d4de0aeb673;

    /// @notice Room for `most` changes towards a manifest of `facets`.
    function open(uint256 most, uint256 facets) internal pure returns (Changes memory changes) {
        uint256 start;
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(0x40, add(start, shl(5, most)))
        }
        return Changes(start, start, facets);
    }

    /// @notice The route at a memory position is new.
    function added(Changes memory changes, uint256 at) internal pure {
        assembly ("memory-safe") {
            let route := mload(at)
            let end := mload(add(changes, 0x20))
            mstore(end, or(shl(32, byte(4, route)), shr(224, route)))
            mstore(add(changes, 0x20), add(end, 0x20))
        }
    }

    /// @notice The route at a memory position has another facet.
    function replaced(Changes memory changes, uint256 at) internal pure {
        assembly ("memory-safe") {
            let route := mload(at)
            let end := mload(add(changes, 0x20))
            mstore(end, or(shl(32, add(byte(4, route), mload(add(changes, 0x40)))), shr(224, route)))
            mstore(add(changes, 0x20), add(end, 0x20))
        }
    }

    /// @notice The route at a memory position is gone.
    function removed(Changes memory changes, uint256 at) internal pure {
        assembly ("memory-safe") {
            let end := mload(add(changes, 0x20))
            mstore(end, or(shl(33, mload(add(changes, 0x40))), shr(224, mload(at))))
            mstore(add(changes, 0x20), add(end, 0x20))
        }
    }

    /// @notice Logs what was collected, if anything was or there is an init. Leaves no memory behind.
    function emitCut(Changes memory changes, Manifest manifest, address initTarget, bytes calldata initData)
        internal
    {
        if (changes.start == changes.end && initTarget == address(0)) return;
        (uint256 cells, uint256 data, uint256 used) = _count(changes);
        uint256 end = _layOut(manifest, cells, data, used);
        _fill(changes, cells);
        _log(data, end, initTarget, initData);
    }

    /// @dev Counts the changes of each bucket in its cell, and the buckets in use.
    function _count(Changes memory changes) private pure returns (uint256 cells, uint256 data, uint256 used) {
        assembly ("memory-safe") {
            cells := mload(0x40)
            let size := shl(5, add(shl(1, mload(add(changes, 0x40))), 1))
            data := add(cells, size)
            calldatacopy(cells, calldatasize(), size)
            for { let at := mload(changes) } lt(at, mload(add(changes, 0x20))) { at := add(at, 0x20) } {
                let cell := add(cells, shl(5, shr(32, mload(at))))
                let n := mload(cell)
                used := add(used, iszero(n))
                mstore(cell, add(n, 1))
            }
        }
    }

    /// @dev Writes all but the selectors. Each cell becomes the place of its next selector.
    function _layOut(Manifest manifest, uint256 cells, uint256 data, uint256 used)
        private
        pure
        returns (uint256 cut)
    {
        uint256 facets = manifest.facetCount();
        assembly ("memory-safe") {
            let cuts := add(data, 0x60)
            let offset := add(cuts, 0x20)
            cut := add(offset, shl(5, used))
            mstore(cuts, used)
            for { let cell := cells } lt(cell, data) { cell := add(cell, 0x20) } {
                let n := mload(cell)
                if n {
                    let bucket := shr(5, sub(cell, cells))
                    mstore(offset, sub(cut, add(cuts, 0x20)))
                    offset := add(offset, 0x20)
                    mstore(cut, 0)
                    // All but the removed have a facet.
                    if lt(bucket, shl(1, facets)) {
                        mstore(cut, shr(96, mload(add(add(manifest, 4), mul(mod(bucket, facets), 52)))))
                    }
                    mstore(add(cut, 0x20), div(bucket, facets))
                    mstore(add(cut, 0x40), 0x60)
                    mstore(add(cut, 0x60), n)
                    cut := add(cut, 0x80)
                    mstore(cell, cut)
                    cut := add(cut, shl(5, n))
                }
            }
        }
    }

    function _fill(Changes memory changes, uint256 cells) private pure {
        assembly ("memory-safe") {
            for { let at := mload(changes) } lt(at, mload(add(changes, 0x20))) { at := add(at, 0x20) } {
                let change := mload(at)
                let cell := add(cells, shl(5, shr(32, change)))
                let place := mload(cell)
                mstore(place, shl(224, change))
                mstore(cell, add(place, 0x20))
            }
        }
    }

    function _log(uint256 data, uint256 end, address initTarget, bytes calldata initData) private {
        bytes32 topic = TOPIC;
        assembly ("memory-safe") {
            mstore(data, 0x60)
            mstore(add(data, 0x20), initTarget)
            mstore(add(data, 0x40), sub(end, data))
            let padded := and(add(initData.length, 0x1f), not(0x1f))
            // Zeros behind the data, before the data comes.
            mstore(add(end, padded), 0)
            if initData.length {
                mstore(end, initData.length)
                calldatacopy(add(end, 0x20), initData.offset, initData.length)
            }
            log1(data, sub(add(add(end, 0x20), padded), data), topic)
        }
    }
}
