// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestErrors } from "../interfaces/IManifestErrors.sol";
import { Manifest, ManifestCodec } from "./ManifestCodec.sol";
import { OrderedMerkle } from "./OrderedMerkle.sol";
import { ReservedSelectors } from "./ReservedSelectors.sol";

/// @notice The proof of a manifest before it may become active: its form, its flags, its facets' code, its root.
library ManifestCheck {
    uint256 private constant MAX_CODE = 24_576;

    /// @dev Greater than every selector.
    uint256 private constant NONE = 0x100000000;
    /// @dev A bit for each number that flags may be without RECEIVE: no unknown bit, and not both locks.
    uint256 private constant PLAIN = 0x77777777;

    /// @dev What is wrong with a route.
    uint256 private constant UNORDERED = 1;
    uint256 private constant RESERVED = 2;
    uint256 private constant WRONG_INDEX = 3;
    uint256 private constant WRONG_FLAGS = 4;

    /// @notice Reverts unless the bytes are a manifest. `length` is theirs.
    function requireForm(Manifest manifest, uint256 length) internal pure {
        uint256 first;
        assembly ("memory-safe") {
            first := byte(0, mload(manifest))
        }
        require(length >= ManifestCodec.HEADER, IManifestErrors.LengthMismatch(length, ManifestCodec.HEADER));
        require(first == 1, IManifestErrors.UnsupportedVersion(uint8(first)));

        uint256 facets = manifest.facetCount();
        uint256 routes = manifest.routeCount();
        require(
            facets != 0 && routes != 0 && routes <= ManifestCodec.MAX_ROUTES,
            IManifestErrors.CountOutOfRange(facets, routes)
        );

        uint256 expected;
        unchecked {
            expected = ManifestCodec.HEADER + facets * ManifestCodec.FACET + routes * ManifestCodec.ROUTE;
        }
        require(length == expected, IManifestErrors.LengthMismatch(length, expected));
    }

    /// @notice Reverts unless the facets ascend, are none of `core`, and have the code that is listed.
    function requireFacets(Manifest manifest, address[7] memory core) internal view {
        unchecked {
            uint256 count = manifest.facetCount();
            address previous;
            for (uint256 i; i < count; ++i) {
                (address facet, bytes32 codeHash) = manifest.facet(i);
                if (facet <= previous) revert IManifestErrors.FacetsNotAscending(facet);
                if (_isOneOf(facet, core)) revert IManifestErrors.FacetIsCore(facet);
                _requireCode(facet);
                _requireCodeHash(facet, codeHash);
                previous = facet;
            }
        }
    }

    /// @notice Reverts unless every facet has the code that is listed.
    function requireCodeHashes(Manifest manifest) internal view {
        unchecked {
            uint256 count = manifest.facetCount();
            for (uint256 i; i < count; ++i) {
                (address facet, bytes32 codeHash) = manifest.facet(i);
                _requireCodeHash(facet, codeHash);
            }
        }
    }

    /// @notice Whether every facet has the code that is listed.
    function hasCodeHashes(Manifest manifest) internal view returns (bool) {
        unchecked {
            uint256 count = manifest.facetCount();
            for (uint256 i; i < count; ++i) {
                (address facet, bytes32 codeHash) = manifest.facet(i);
                if (facet.codehash != codeHash) return false;
            }
        }
        return true;
    }

    /// @notice Reverts unless the routes ascend, are none of the router's own, and their indices and flags are right.
    function requireRoutes(Manifest manifest) internal pure {
        uint256 facets = manifest.facetCount();
        (uint256 at, uint256 fault, uint256 cold, uint256 used) = _walk(manifest, facets);
        if (fault != 0) _revert(fault, at);
        uint256 count = manifest.routeCount();
        unchecked {
            uint256 hot = count - cold;
            require(hot <= ManifestCodec.MAX_HOT, IManifestErrors.TooManyHotRoutes(hot));
            require(
                count + ManifestCodec.HOT_WEIGHT * hot + ManifestCodec.FACET_WEIGHT * facets
                    <= ManifestCodec.MAX_EXCHANGE,
                IManifestErrors.TooMuchToExchange(count, hot)
            );
        }
        _requireAllUsed(manifest, used);
    }

    /// @dev Looks at the routes up to the first fault: where it is, how many are cold, and which facets have one.
    function _walk(Manifest manifest, uint256 facets)
        private
        pure
        returns (uint256 at, uint256 fault, uint256 cold, uint256 used)
    {
        (uint256 reserved,) = ReservedSelectors.list();
        uint256 end;
        (at, end) = manifest.routes();
        assembly ("memory-safe") {
            // What is wrong with a route that is not plain: one with a selector that is zero, out of order or not below the
            // next reserved one, with RECEIVE, or with an index or flags that no route may have.
            function judge(route, previous, reserved_, facets_) -> wrong {
                let selector := shr(224, route)
                let flags := byte(5, route)
                if iszero(or(gt(selector, previous), iszero(xor(previous, NONE)))) {
                    wrong := UNORDERED
                    leave
                }
                // The ones that end the list have nothing greater behind them.
                if and(
                    eq(shr(224, mload(reserved_)), selector),
                    gt(shr(224, mload(add(reserved_, 4))), selector)
                ) {
                    if xor(selector, 0x01ffc9a7) {
                        wrong := RESERVED
                        leave
                    }
                    // The router answers `supportsInterface` first: it has no slot, and asks the facet without the lock.
                    if xor(and(flags, 0x13), 0x10) {
                        wrong := WRONG_FLAGS
                        leave
                    }
                }
                if iszero(lt(byte(4, route), facets_)) {
                    wrong := WRONG_INDEX
                    leave
                }
                // RECEIVE stands alone, and only on zero.
                switch selector
                case 0 { wrong := or(xor(flags, 0x20), byte(4, route)) }
                default { wrong := iszero(and(shr(flags, PLAIN), 1)) }
                if wrong { wrong := WRONG_FLAGS }
            }

            // None before the first.
            let previous := NONE
            for { } lt(at, end) { at := add(at, 6) } {
                let route := mload(at)
                let selector := shr(224, route)
                if iszero(
                    and(
                        and(gt(selector, previous), lt(selector, shr(224, mload(reserved)))),
                        and(lt(byte(4, route), facets), shr(byte(5, route), PLAIN))
                    )
                ) {
                    // Both lists ascend.
                    for { } lt(shr(224, mload(reserved)), selector) { } { reserved := add(reserved, 4) }
                    fault := judge(route, previous, reserved, facets)
                    if fault { break }
                }
                previous := selector
                cold := add(cold, and(shr(4, byte(5, route)), 1))
                used := or(used, shl(byte(4, route), 1))
            }
        }
    }

    /// @notice The Merkle root over the routes.
    function root(Manifest manifest) internal pure returns (bytes32) {
        (uint256 at, uint256 end) = manifest.routes();
        uint256 count = manifest.routeCount();
        uint256 leaves;
        assembly ("memory-safe") {
            // A byte before the leaves is `fold`'s; behind the last, four words are for hashing.
            leaves := add(mload(0x40), 0x20)
            mstore(0x40, add(leaves, shl(5, add(count, 4))))
            let facets := add(manifest, 4)
            // The zero before what is hashed the second time.
            mstore(0, 0)
            for { let leaf := leaves } lt(at, end) { at := add(at, 6) } {
                let route := mload(at)
                let facet := add(facets, mul(byte(4, route), 52))
                mstore(leaf, shl(224, shr(224, route)))
                mstore(add(leaf, 0x20), shr(96, mload(facet)))
                mstore(add(leaf, 0x40), mload(add(facet, 20)))
                mstore(add(leaf, 0x60), byte(5, route))
                mstore(0x20, keccak256(leaf, 0x80))
                mstore(leaf, keccak256(0x1f, 0x21))
                leaf := add(leaf, 0x20)
            }
        }
        return OrderedMerkle.fold(leaves, count);
    }

    /// @notice Reverts if a route is one that a proxy answers itself: `upgradeTo`, `upgradeToAndCall`, `changeAdmin`, `admin`,
    /// `implementation`.
    function requireNotProxys(Manifest manifest) internal pure {
        bytes20 selectors = hex"3659cfe64f1ef2868f283970f851a4405c60da1b";
        for (; selectors != 0; selectors <<= 32) {
            bytes4 selector = bytes4(selectors);
            require(manifest.find(uint32(selector)) == 0, IManifestErrors.ReservedSelector(selector));
        }
    }

    /// @dev Seven comparisons in a row: a loop would cost three times as much.
    function _isOneOf(address facet, address[7] memory core) private pure returns (bool isOne) {
        assembly ("memory-safe") {
            isOne := or(eq(mload(core), facet), eq(mload(add(core, 0x20)), facet))
            isOne := or(isOne, or(eq(mload(add(core, 0x40)), facet), eq(mload(add(core, 0x60)), facet)))
            isOne := or(isOne, or(eq(mload(add(core, 0x80)), facet), eq(mload(add(core, 0xa0)), facet)))
            isOne := or(isOne, eq(mload(add(core, 0xc0)), facet))
        }
    }

    function _requireCode(address facet) private view {
        uint256 size = facet.code.length;
        uint256 first;
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(facet, 0, 0, 1)
            first := byte(0, mload(0))
        }
        unchecked {
            // One comparison for none and too much.
            if (size - 1 < MAX_CODE && first != 0xef) return;
        }
        revert IManifestErrors.InvalidFacetCode(facet, size);
    }

    function _revert(uint256 fault, uint256 at) private pure {
        (uint256 number, uint256 index, uint256 flags) = ManifestCodec.read(at);
        bytes4 selector = bytes4(uint32(number));
        if (fault == UNORDERED) revert IManifestErrors.RoutesNotAscending(selector);
        if (fault == RESERVED) revert IManifestErrors.ReservedSelector(selector);
        if (fault == WRONG_INDEX) revert IManifestErrors.FacetIndexOutOfRange(selector, uint8(index));
        revert IManifestErrors.InvalidFlags(selector, uint8(flags));
    }

    function _requireAllUsed(Manifest manifest, uint256 used) private pure {
        unchecked {
            uint256 count = manifest.facetCount();
            if (used + 1 == 1 << count) return;
            for (uint256 i; i < count; ++i) {
                if (used & (1 << i) == 0) {
                    (address facet,) = manifest.facet(i);
                    revert IManifestErrors.FacetUnused(facet);
                }
            }
        }
    }

    function _requireCodeHash(address facet, bytes32 codeHash) private view {
        bytes32 actual = facet.codehash;
        if (actual != codeHash) revert IManifestErrors.CodeHashMismatch(facet, codeHash, actual);
    }
}
