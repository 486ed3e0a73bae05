// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { RouterStorage } from "../storage/RouterStorage.sol";
import { Changes, DiamondCutLog } from "./DiamondCutLog.sol";
import { Manifest, ManifestCodec } from "./ManifestCodec.sol";
import { RouteWord } from "./RouteWord.sol";

/// @notice Keeps the router's slots equal to a manifest. Every `next` and `current` here is a manifest whose forbidden routes
/// are marked; what a slot holds is never asked where a manifest can tell.
library RouteTable {
    using DiamondCutLog for Changes;

    /// @dev Greater than every selector.
    uint256 private constant NONE = 1 << 32;

    /// @notice Writes what differs between two manifests, and collects it for the log.
    function exchange(Manifest current, Manifest next, uint256 status)
        internal
        returns (Changes memory changes)
    {
        unchecked {
            changes = DiamondCutLog.open(current.routeCount() + next.routeCount(), next.facetCount());
            (uint256 a, uint256 aEnd) = current.routes();
            (uint256 b, uint256 bEnd) = next.routes();
            uint256 aBases = current.bases();
            uint256 bBases = next.bases();

            while (true) {
                uint256 left = a < aEnd ? ManifestCodec.selectorAt(a) : NONE;
                uint256 right = b < bEnd ? ManifestCodec.selectorAt(b) : NONE;
                if (left == right) {
                    if (left == NONE) break;
                    _replace(
                        changes,
                        b,
                        ManifestCodec.wordFrom(aBases, a),
                        ManifestCodec.wordFrom(bBases, b),
                        status
                    );
                    a += ManifestCodec.ROUTE;
                    b += ManifestCodec.ROUTE;
                } else if (left < right) {
                    changes.removed(left);
                    _remove(left, ManifestCodec.wordFrom(aBases, a), status);
                    a += ManifestCodec.ROUTE;
                } else {
                    changes.added(b);
                    _add(right, ManifestCodec.wordFrom(bBases, b), status);
                    b += ManifestCodec.ROUTE;
                }
            }
        }
    }

    /// @notice Writes every hot route; with `coldToo` also what a cold route's slot must not hold.
    function writeAll(Manifest current, uint256 status, bool coldToo) internal {
        unchecked {
            (uint256 at, uint256 end) = current.routes();
            uint256 bases = current.bases();
            for (; at < end; at += ManifestCodec.ROUTE) {
                uint256 word = ManifestCodec.wordFrom(bases, at);
                if (coldToo || word & RouteWord.COLD == 0) {
                    RouterStorage.setRoute(ManifestCodec.selectorAt(at), RouteWord.toSlot(word, status));
                }
            }
        }
    }

    /// @notice Writes the slots of single selectors, routed or not.
    function writeMarks(Manifest current, uint256 status, bytes4[] calldata selectors, bool forbidden)
        internal
    {
        for (uint256 i; i < selectors.length; ++i) {
            uint256 selector = uint32(selectors[i]);
            uint256 at = current.find(selector);
            uint256 word = at == 0 ? 0 : current.word(at);
            word = forbidden ? word | RouteWord.BLOCKED : word & ~RouteWord.BLOCKED;
            RouterStorage.setRoute(selector, RouteWord.toSlot(word, status));
        }
    }

    /// @notice Whether every route's slot and every mark is right.
    function isIntact(Manifest current, uint256 status, bytes4[] calldata forbidden)
        internal
        view
        returns (bool)
    {
        unchecked {
            (uint256 at, uint256 end) = current.routes();
            uint256 bases = current.bases();
            for (; at < end; at += ManifestCodec.ROUTE) {
                uint256 slot = RouteWord.toSlot(ManifestCodec.wordFrom(bases, at), status);
                if (RouterStorage.route(ManifestCodec.selectorAt(at)) != slot) return false;
            }
            for (uint256 i; i < forbidden.length; ++i) {
                uint256 selector = uint32(forbidden[i]);
                if (current.find(selector) == 0 && RouterStorage.route(selector) != RouteWord.BLOCKED) {
                    return false;
                }
            }
        }
        return true;
    }

    function _replace(Changes memory changes, uint256 at, uint256 old, uint256 word, uint256 status) private {
        if (old == word) return;
        if (uint160(old) != uint160(word)) changes.replaced(at);
        _write(ManifestCodec.selectorAt(at), RouteWord.toSlot(old, status), RouteWord.toSlot(word, status));
    }

    /// @dev A forbidden selector keeps its mark.
    function _remove(uint256 selector, uint256 old, uint256 status) private {
        _write(selector, RouteWord.toSlot(old, status), old & RouteWord.BLOCKED);
    }

    function _add(uint256 selector, uint256 word, uint256 status) private {
        _write(selector, word & RouteWord.BLOCKED, RouteWord.toSlot(word, status));
    }

    function _write(uint256 selector, uint256 old, uint256 slot) private {
        if (old != slot) RouterStorage.setRoute(selector, slot);
    }
}
