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
    /// @dev Runs of what is equal and of what is plainly new are most of an upgrade and of a first release. They are walked by
    /// loops of their own, which leave to `_next` and `_change` whatever is not theirs.
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

        uint256 flags = RouteWord.flagTable(status);
        while (true) {
            _skipEqual(sides);
            _addPlain(sides, changes, flags);
            (uint256 at, uint256 old, uint256 word) = _next(sides);
            if (at == 0) break;
            if (old != word) _change(changes, at, old, word, status);
        }
    }

    /// @dev Walks on while both sides have the same selector with the same flags and word.
    function _skipEqual(Comparison memory sides) private pure {
        assembly ("memory-safe") {
            // A function of its own keeps the stack of the loop small; one with `leave` stays one.
            function skip(a, end, aBases, b, bBases) -> from {
                from := a
                for { } 1 { } {
                    if iszero(lt(from, end)) { leave }
                    let old := mload(from)
                    let new := mload(b)
                    let word :=
                        xor(
                            mload(add(aBases, shl(5, byte(4, old)))),
                            mload(add(bBases, shl(5, byte(4, new))))
                        )
                    new := xor(old, new)
                    if or(or(shr(224, new), byte(5, new)), word) { leave }
                    from := add(from, 6)
                    b := add(b, 6)
                }
            }

            let a := mload(sides)
            let b := mload(add(sides, 0x60))
            // Both sides move alike, so the shorter one's end is enough.
            let left := sub(mload(add(sides, 0x20)), a)
            let right := sub(mload(add(sides, 0x80)), b)
            let end := add(a, xor(left, mul(xor(left, right), lt(right, left))))
            let from := skip(a, end, mload(add(sides, 0x40)), b, mload(add(sides, 0xa0)))
            mstore(sides, from)
            mstore(add(sides, 0x60), add(b, sub(from, a)))
        }
    }

    /// @dev Walks on while only the new side has the next selector, and the route is cold or its slot is in the table: neither
    /// forbidden nor for plain ether.
    function _addPlain(Comparison memory sides, Changes memory changes, uint256 table) private {
        uint256 root = RouterStorage.routes();
        assembly ("memory-safe") {
            // As in `DiamondCutLog`.
            function append(changes_, route) {
                let end := mload(add(changes_, 0x20))
                mstore(end, or(shl(32, byte(4, route)), shr(224, route)))
                mstore(add(changes_, 0x20), add(end, 0x20))
                let cell := add(mload(add(changes_, 0x40)), shl(5, byte(4, route)))
                mstore(cell, add(mload(cell), 1))
            }

            // As above.
            function write(b, end, bases, limit, table_, root_, changes_) -> from {
                from := b
                for { } 1 { from := add(from, 6) } {
                    if iszero(lt(from, end)) { leave }
                    let route := mload(from)
                    if iszero(lt(shr(224, route), limit)) { leave }
                    let flags := byte(byte(5, route), table_)
                    if iszero(or(flags, and(byte(5, route), 0x10))) { leave }
                    if flags {
                        sstore(
                            add(root_, shr(224, route)),
                            or(mload(add(bases, shl(5, byte(4, route)))), shl(160, flags))
                        )
                    }
                    append(changes_, route)
                }
            }

            let limit := NONE
            if lt(mload(sides), mload(add(sides, 0x20))) { limit := shr(224, mload(mload(sides))) }
            let b := add(sides, 0x60)
            mstore(b, write(mload(b), mload(add(b, 0x20)), mload(add(b, 0x40)), limit, table, root, changes))
        }
    }

    /// @dev The next selector: where it is read, and the two words, zero for none. Both sides ascend.
    function _next(Comparison memory sides) private pure returns (uint256 at, uint256 old, uint256 word) {
        assembly ("memory-safe") {
            let a := mload(sides)
            let b := mload(add(sides, 0x60))
            let left := NONE
            let right := NONE
            if lt(a, mload(add(sides, 0x20))) { left := shr(224, mload(a)) }
            if lt(b, mload(add(sides, 0x80))) { right := shr(224, mload(b)) }
            if lt(left, NONE) {
                if iszero(gt(left, right)) {
                    at := a
                    old := mload(a)
                    old := or(
                        mload(add(mload(add(sides, 0x40)), shl(5, byte(4, old)))),
                        shl(160, byte(5, old))
                    )
                    mstore(sides, add(a, 6))
                }
            }
            if lt(right, NONE) {
                if iszero(lt(left, right)) {
                    at := b
                    word := mload(b)
                    word := or(
                        mload(add(mload(add(sides, 0xa0)), shl(5, byte(4, word)))),
                        shl(160, byte(5, word))
                    )
                    mstore(add(sides, 0x60), add(b, 6))
                }
            }
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
