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
    uint256 private constant NONE = 0x100000000;
    /// @dev Five routes with nothing but the flag COLD.
    uint256 private constant COLD_FIVE = 0x0000000000100000000000100000000000100000000000100000000000100000;
    /// @dev COLD and RECEIVE of five routes.
    uint256 private constant NOT_HOT_FIVE =
        0x0000000000300000000000300000000000300000000000300000000000300000;

    /// @dev How far two manifests are compared: the next route of each, the end of its routes, and its facets' words.
    struct Comparison {
        uint256 a;
        uint256 aEnd;
        uint256 aBases;
        uint256 b;
        uint256 bEnd;
        uint256 bBases;
    }

    /// @notice Writes what differs between two manifests, and collects it for the log.
    function exchange(Manifest current, Manifest next, uint256 status)
        internal
        returns (Changes memory changes)
    {
        Comparison memory sides;
        (sides.a, sides.aEnd) = current.routes();
        (sides.b, sides.bEnd) = next.routes();
        sides.aBases = current.bases();
        sides.bBases = next.bases();
        changes = DiamondCutLog.open(current.routeCount() + next.routeCount(), next.facetCount());

        while (true) {
            (uint256 at, uint256 old, uint256 word) = _difference(sides);
            if (at == 0) break;
            _change(changes, at, old, word, status);
        }
    }

    /// @dev The next selector whose routes differ: where it is read, and the two words, zero for none. Both sides ascend.
    function _difference(Comparison memory sides)
        private
        pure
        returns (uint256 at, uint256 old, uint256 word)
    {
        assembly ("memory-safe") {
            let a := mload(sides)
            let aEnd := mload(add(sides, 0x20))
            let aBases := mload(add(sides, 0x40))
            let b := mload(add(sides, 0x60))
            let bEnd := mload(add(sides, 0x80))
            let bBases := mload(add(sides, 0xa0))
            for { } or(lt(a, aEnd), lt(b, bEnd)) { } {
                let left := NONE
                let right := NONE
                if lt(a, aEnd) { left := shr(224, mload(a)) }
                if lt(b, bEnd) { right := shr(224, mload(b)) }
                old := 0
                word := 0
                if iszero(gt(left, right)) {
                    at := a
                    old := mload(a)
                    old := or(mload(add(aBases, shl(5, byte(4, old)))), shl(160, byte(5, old)))
                    a := add(a, 6)
                }
                if iszero(lt(left, right)) {
                    at := b
                    word := mload(b)
                    word := or(mload(add(bBases, shl(5, byte(4, word)))), shl(160, byte(5, word)))
                    b := add(b, 6)
                }
                if xor(old, word) { break }
                at := 0
            }
            mstore(sides, a)
            mstore(add(sides, 0x60), b)
        }
    }

    /// @notice Writes every hot route, as if nothing was forbidden.
    /// @dev The loop that a pause is made of: five routes a turn, without a look at each where all five are hot. The table has
    /// zero for COLD, with which the last five are filled up, and for RECEIVE, whose selector is the first.
    function writeHot(Manifest current, uint256 status) internal {
        (uint256 at, uint256 end) = current.routes();
        uint256 bases = current.bases();
        // Without a manifest the memory behind it reads as zero too.
        if (at < end && ManifestCodec.selectorAt(at) == 0) {
            RouterStorage.setRoute(0, RouteWord.toSlot(ManifestCodec.wordFrom(bases, at), status));
        }
        uint256 table = RouteWord.flagTable(status);
        uint256 root = RouterStorage.routes();
        uint256 cold = COLD_FIVE;
        assembly ("memory-safe") {
            function slot(bases_, index, flags) -> word {
                word := or(mload(add(bases_, shl(5, index))), shl(160, flags))
            }

            // A function of its own keeps the stack of the loop small.
            function write(bases_, table_, root_, end_, at_) {
                for { } 1 { } {
                    if iszero(lt(at_, end_)) { leave }
                    let five := mload(at_)
                    at_ := add(at_, 30)
                    if iszero(and(five, NOT_HOT_FIVE)) {
                        sstore(
                            add(root_, shr(224, five)),
                            slot(bases_, byte(4, five), byte(byte(5, five), table_))
                        )
                        sstore(
                            add(root_, and(shr(176, five), 0xffffffff)),
                            slot(bases_, byte(10, five), byte(byte(11, five), table_))
                        )
                        sstore(
                            add(root_, and(shr(128, five), 0xffffffff)),
                            slot(bases_, byte(16, five), byte(byte(17, five), table_))
                        )
                        sstore(
                            add(root_, and(shr(80, five), 0xffffffff)),
                            slot(bases_, byte(22, five), byte(byte(23, five), table_))
                        )
                        sstore(
                            add(root_, and(shr(32, five), 0xffffffff)),
                            slot(bases_, byte(28, five), byte(byte(29, five), table_))
                        )
                        continue
                    }
                    {
                        let flags := byte(byte(5, five), table_)
                        if flags {
                            sstore(add(root_, shr(224, five)), slot(bases_, byte(4, five), flags))
                        }
                    }
                    {
                        let flags := byte(byte(11, five), table_)
                        if flags {
                            sstore(
                                add(root_, and(shr(176, five), 0xffffffff)),
                                slot(bases_, byte(10, five), flags)
                            )
                        }
                    }
                    {
                        let flags := byte(byte(17, five), table_)
                        if flags {
                            sstore(
                                add(root_, and(shr(128, five), 0xffffffff)),
                                slot(bases_, byte(16, five), flags)
                            )
                        }
                    }
                    {
                        let flags := byte(byte(23, five), table_)
                        if flags {
                            sstore(
                                add(root_, and(shr(80, five), 0xffffffff)),
                                slot(bases_, byte(22, five), flags)
                            )
                        }
                    }
                    {
                        let flags := byte(byte(29, five), table_)
                        if flags {
                            sstore(
                                add(root_, and(shr(32, five), 0xffffffff)),
                                slot(bases_, byte(28, five), flags)
                            )
                        }
                    }
                }
            }

            mstore(end, cold)
            write(bases, table, root, end, at)
        }
    }

    /// @notice Writes what every route's slot must hold, the cold ones' too, as if nothing was forbidden.
    function writeAll(Manifest current, uint256 status) internal {
        (uint256 at, uint256 end) = current.routes();
        for (; at < end; at += ManifestCodec.ROUTE) {
            RouterStorage.setRoute(ManifestCodec.selectorAt(at), RouteWord.toSlot(current.word(at), status));
        }
    }

    /// @notice Writes the slots of single selectors, routed or not.
    function writeMarks(Manifest current, uint256 status, bytes4[] calldata selectors, bool forbidden)
        internal
    {
        for (uint256 i; i < selectors.length; ++i) {
            uint256 selector = uint32(selectors[i]);
            uint256 at = current.find(selector);
            uint256 slot = forbidden ? RouteWord.BLOCKED : 0;
            if (at != 0) slot = RouteWord.toSlot(current.word(at) & ~RouteWord.BLOCKED | slot, status);
            RouterStorage.setRoute(selector, slot);
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

    /// @dev `old` or `word` is zero where there is no route. A forbidden selector keeps its mark without one.
    function _change(Changes memory changes, uint256 at, uint256 old, uint256 word, uint256 status) private {
        uint256 slot;
        if (word == 0) {
            changes.removed(at);
            slot = old & RouteWord.BLOCKED;
        } else {
            slot = RouteWord.toSlot(word, status);
        }
        uint256 oldSlot;
        if (old == 0) {
            changes.added(at);
            oldSlot = word & RouteWord.BLOCKED;
        } else {
            oldSlot = RouteWord.toSlot(old, status);
            if (word != 0 && uint160(old) != uint160(word)) changes.replaced(at);
        }
        if (oldSlot != slot) RouterStorage.setRoute(ManifestCodec.selectorAt(at), slot);
    }
}
