// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestErrors } from "../interfaces/IManifestErrors.sol";
import { Manifest, ManifestCodec } from "./ManifestCodec.sol";
import { OrderedMerkle } from "./OrderedMerkle.sol";
import { ReservedSelectors } from "./ReservedSelectors.sol";

/// @notice The proof of a manifest before it may become active: its form, its flags, its facets' code, its root.
library ManifestCheck {
    uint256 private constant MAX_CODE = 24_576;

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
                require(facet > previous, IManifestErrors.FacetsNotAscending(facet));
                bool isCore;
                uint256 first;
                assembly ("memory-safe") {
                    for { let at := core } lt(at, add(core, 0xe0)) { at := add(at, 0x20) } {
                        isCore := or(isCore, eq(mload(at), facet))
                    }
                    mstore(0, 0)
                    extcodecopy(facet, 0, 0, 1)
                    first := byte(0, mload(0))
                }
                require(!isCore, IManifestErrors.FacetIsCore(facet));
                uint256 size = facet.code.length;
                // One comparison for none and too much.
                require(size - 1 < MAX_CODE && first != 0xef, IManifestErrors.InvalidFacetCode(facet, size));
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
        (uint256 at, uint256 end) = manifest.routes();
        (uint256 reserved, uint256 reservedEnd) = ReservedSelectors.list();
        uint256 facets = manifest.facetCount();
        uint256 fault;
        uint256 hot;
        uint256 used;
        assembly ("memory-safe") {
            // One more than the selector before, so that zero can come first.
            let least := 0
            for { } lt(at, end) { at := add(at, 6) } {
                let route := mload(at)
                let selector := shr(224, route)
                if lt(selector, least) {
                    fault := UNORDERED
                    break
                }
                least := add(selector, 1)

                // Both lists ascend. Behind the last reserved selector stand ones.
                for { } lt(shr(224, mload(reserved)), selector) { } { reserved := add(reserved, 4) }
                if and(eq(shr(224, mload(reserved)), selector), lt(reserved, reservedEnd)) {
                    if xor(selector, 0x01ffc9a7) {
                        fault := RESERVED
                        break
                    }
                    // The router answers `supportsInterface` first: it has no slot, and asks the facet without the lock.
                    if xor(and(byte(5, route), 0x13), 0x10) {
                        fault := WRONG_FLAGS
                        break
                    }
                }

                let index := byte(4, route)
                if iszero(lt(index, facets)) {
                    fault := WRONG_INDEX
                    break
                }
                used := or(used, shl(index, 1))

                // Unknown bits, or both locks. RECEIVE stands alone, and only on zero.
                let flags := byte(5, route)
                let wrong := or(and(flags, 0xc0), eq(and(flags, 0x03), 0x03))
                switch selector
                case 0 { wrong := or(wrong, or(xor(flags, 0x20), index)) }
                default { wrong := or(wrong, and(flags, 0x20)) }
                if wrong {
                    fault := WRONG_FLAGS
                    break
                }
                hot := add(hot, iszero(and(flags, 0x10)))
            }
        }
        if (fault != 0) _revert(fault, at);
        require(hot <= ManifestCodec.MAX_HOT, IManifestErrors.TooManyHotRoutes(hot));
        uint256 count = manifest.routeCount();
        require(
            count + ManifestCodec.HOT_WEIGHT * hot + ManifestCodec.FACET_WEIGHT * facets
                <= ManifestCodec.MAX_EXCHANGE,
            IManifestErrors.TooMuchToExchange(count, hot)
        );
        _requireAllUsed(manifest, used);
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
            for { let leaf := leaves } lt(at, end) { at := add(at, 6) } {
                let route := mload(at)
                let facet := add(add(manifest, 4), mul(byte(4, route), 52))
                mstore(leaf, shl(224, shr(224, route)))
                mstore(add(leaf, 0x20), shr(96, mload(facet)))
                mstore(add(leaf, 0x40), mload(add(facet, 20)))
                mstore(add(leaf, 0x60), byte(5, route))
                let inner := keccak256(leaf, 0x80)
                mstore(leaf, 0)
                mstore(add(leaf, 0x20), inner)
                mstore(leaf, keccak256(add(leaf, 0x1f), 0x21))
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
        require(facet.codehash == codeHash, IManifestErrors.CodeHashMismatch(facet, codeHash, facet.codehash));
    }
}
