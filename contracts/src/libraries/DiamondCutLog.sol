// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Manifest, ManifestCodec } from "./ManifestCodec.sol";

/// @notice The changes of an install, collected one by one and logged as one `DiamondCut`, grouped by facet.
/// @dev A change is a word `bucket ‖ selector 4`. The buckets of K new facets: k adds to facet k, K + k replaces by facet k, and
/// 2K removes. Sorting is by counting, so the work is linear: `cells` has the number of changes of each bucket.
struct Changes {
    uint256 start;
    uint256 end;
    uint256 cells;
    uint256 facets;
}

library DiamondCutLog {
    /// @dev keccak256("DiamondCut((address,uint8,bytes4[])[],address,bytes)")
    bytes32 private constant TOPIC = 0x8faa70878671ccd212d20771b795c50af8fd3ff6cf27f4bde57e5d4de0aeb673;

    /// @notice Room for `most` changes towards a manifest of `facets`.
    function open(uint256 most, uint256 facets) internal pure returns (Changes memory changes) {
        uint256 cells;
        uint256 start;
        assembly ("memory-safe") {
            cells := mload(0x40)
            let size := shl(5, add(shl(1, facets), 1))
            calldatacopy(cells, calldatasize(), size)
            start := add(cells, size)
            mstore(0x40, add(start, shl(5, most)))
        }
        return Changes(start, start, cells, facets);
    }

    /// @notice The route at a memory position is new.
    function added(Changes memory changes, uint256 at) internal pure {
        (uint256 selector, uint256 index,) = ManifestCodec.read(at);
        _append(changes, index, selector);
    }

    /// @notice The route at a memory position has another facet.
    function replaced(Changes memory changes, uint256 at) internal pure {
        (uint256 selector, uint256 index,) = ManifestCodec.read(at);
        unchecked {
            _append(changes, changes.facets + index, selector);
        }
    }

    /// @notice The route at a memory position is gone.
    function removed(Changes memory changes, uint256 at) internal pure {
        unchecked {
            _append(changes, 2 * changes.facets, ManifestCodec.selectorAt(at));
        }
    }

    function _append(Changes memory changes, uint256 bucket, uint256 selector) private pure {
        assembly ("memory-safe") {
            let end := mload(add(changes, 0x20))
            mstore(end, or(shl(32, bucket), selector))
            mstore(add(changes, 0x20), add(end, 0x20))
            let cell := add(mload(add(changes, 0x40)), shl(5, bucket))
            mstore(cell, add(mload(cell), 1))
        }
    }

    /// @notice Logs what was collected, if anything was or there is an init. Leaves no memory behind.
    function emitCut(Changes memory changes, Manifest manifest, address initTarget, bytes calldata initData)
        internal
    {
        if (changes.start == changes.end && initTarget == address(0)) return;
        uint256 data;
        assembly ("memory-safe") {
            data := mload(0x40)
        }
        uint256 end = _layOut(manifest, changes.cells, changes.start, data);
        _fill(changes);
        _log(data, end, initTarget, initData);
    }

    /// @dev Writes all but the selectors. Each cell becomes the place of its next selector.
    function _layOut(Manifest manifest, uint256 cells, uint256 cellsEnd, uint256 data)
        private
        pure
        returns (uint256 cut)
    {
        uint256 facets = manifest.facetCount();
        assembly ("memory-safe") {
            let cuts := add(data, 0x60)
            let offset := add(cuts, 0x20)
            cut := offset
            for { let cell := cells } lt(cell, cellsEnd) { cell := add(cell, 0x20) } {
                if mload(cell) { cut := add(cut, 0x20) }
            }
            mstore(cuts, shr(5, sub(cut, offset)))
            for { let cell := cells } lt(cell, cellsEnd) { cell := add(cell, 0x20) } {
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

    function _fill(Changes memory changes) private pure {
        assembly ("memory-safe") {
            let cells := mload(add(changes, 0x40))
            let end := mload(add(changes, 0x20))
            for { let at := mload(changes) } lt(at, end) { at := add(at, 0x20) } {
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
