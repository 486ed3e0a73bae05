// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestErrors } from "../interfaces/IManifestErrors.sol";
import { Manifest, ManifestCodec } from "./ManifestCodec.sol";
import { OrderedMerkle } from "./OrderedMerkle.sol";
import { ReservedSelectors } from "./ReservedSelectors.sol";
import { RouteWord } from "./RouteWord.sol";

/// @notice The proof of a manifest before it may become active: its form, its flags, its facets' code, its root.
library ManifestCheck {
    uint256 private constant MAX_CODE = 24_576;
    uint256 private constant SUPPORTS_INTERFACE = 0x01ffc9a7;

    uint256 private constant COLD = RouteWord.COLD >> 160;
    uint256 private constant RECEIVE = RouteWord.RECEIVE >> 160;
    uint256 private constant BOTH_LOCKS = (RouteWord.LOCK | RouteWord.VIEW_LOCK) >> 160;
    uint256 private constant KNOWN =
        (RouteWord.LOCK
                | RouteWord.VIEW_LOCK
                | RouteWord.PIN
                | RouteWord.PAUSE_EXEMPT
                | RouteWord.COLD
                | RouteWord.RECEIVE) >> 160;

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

        uint256 expected = ManifestCodec.HEADER + facets * ManifestCodec.FACET + routes * ManifestCodec.ROUTE;
        require(length == expected, IManifestErrors.LengthMismatch(length, expected));
    }

    /// @notice Reverts unless the facets ascend, are none of `core`, and have the code that is listed.
    function requireFacets(Manifest manifest, address[7] memory core) internal view {
        uint256 count = manifest.facetCount();
        address previous;
        for (uint256 i; i < count; ++i) {
            (address facet, bytes32 codeHash) = manifest.facet(i);
            require(facet > previous, IManifestErrors.FacetsNotAscending(facet));
            for (uint256 j; j < 7; ++j) {
                require(facet != core[j], IManifestErrors.FacetIsCore(facet));
            }
            _requireCode(facet);
            _requireCodeHash(facet, codeHash);
            previous = facet;
        }
    }

    /// @notice Reverts unless every facet has the code that is listed.
    function requireCodeHashes(Manifest manifest) internal view {
        uint256 count = manifest.facetCount();
        for (uint256 i; i < count; ++i) {
            (address facet, bytes32 codeHash) = manifest.facet(i);
            _requireCodeHash(facet, codeHash);
        }
    }

    /// @notice Whether every facet has the code that is listed.
    function hasCodeHashes(Manifest manifest) internal view returns (bool) {
        uint256 count = manifest.facetCount();
        for (uint256 i; i < count; ++i) {
            (address facet, bytes32 codeHash) = manifest.facet(i);
            if (facet.codehash != codeHash) return false;
        }
        return true;
    }

    /// @notice Reverts unless the routes ascend, are none of the router's own, and their indices and flags are right.
    /// @return root The Merkle root over them.
    function requireRoutes(Manifest manifest) internal pure returns (bytes32 root) {
        unchecked {
            (uint256 at, uint256 end) = manifest.routes();
            (uint256 reserved,) = ReservedSelectors.list();
            uint256 leaves = _leafRoom(manifest.routeCount());
            uint256 next = leaves;
            uint256 used;
            uint256 hot;
            // One more than the selector before, so that zero comes first.
            uint256 least;
            for (; at < end; at += ManifestCodec.ROUTE) {
                (uint256 selector, uint256 index, uint256 flags) = ManifestCodec.read(at);
                require(selector >= least, IManifestErrors.RoutesNotAscending(_bytes4(selector)));
                least = selector + 1;

                while (ManifestCodec.selectorAt(reserved) < selector) reserved += 4;
                if (ManifestCodec.selectorAt(reserved) == selector && selector != type(uint32).max) {
                    require(
                        selector == SUPPORTS_INTERFACE, IManifestErrors.ReservedSelector(_bytes4(selector))
                    );
                    require(flags & COLD != 0, IManifestErrors.InvalidFlags(_bytes4(selector), uint8(flags)));
                }
                require(
                    index < manifest.facetCount(),
                    IManifestErrors.FacetIndexOutOfRange(_bytes4(selector), uint8(index))
                );
                _requireFlags(selector, index, flags);

                used |= 1 << index;
                if (flags & COLD == 0) ++hot;
                _putLeaf(next, manifest, selector, index, flags);
                next += 0x20;
            }
            require(hot <= ManifestCodec.MAX_HOT, IManifestErrors.TooManyHotRoutes(hot));
            _requireAllUsed(manifest, used);
            return OrderedMerkle.fold(leaves, manifest.routeCount());
        }
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

    function _requireFlags(uint256 selector, uint256 index, uint256 flags) private pure {
        bool valid = flags & ~KNOWN == 0 && flags & BOTH_LOCKS != BOTH_LOCKS
            && (selector == 0 ? flags == RECEIVE && index == 0 : flags & RECEIVE == 0);
        require(valid, IManifestErrors.InvalidFlags(_bytes4(selector), uint8(flags)));
    }

    function _requireAllUsed(Manifest manifest, uint256 used) private pure {
        uint256 missing = ~used & ((1 << manifest.facetCount()) - 1);
        if (missing == 0) return;
        uint256 index;
        while (missing & (1 << index) == 0) ++index;
        (address facet,) = manifest.facet(index);
        revert IManifestErrors.FacetUnused(facet);
    }

    function _requireCode(address facet) private view {
        uint256 size = facet.code.length;
        uint256 first;
        assembly ("memory-safe") {
            mstore(0, 0)
            extcodecopy(facet, 0, 0, 1)
            first := byte(0, mload(0))
        }
        require(size != 0 && size <= MAX_CODE && first != 0xef, IManifestErrors.InvalidFacetCode(facet, size));
    }

    function _requireCodeHash(address facet, bytes32 codeHash) private view {
        require(facet.codehash == codeHash, IManifestErrors.CodeHashMismatch(facet, codeHash, facet.codehash));
    }

    /// @dev A word before the leaves is `OrderedMerkle.fold`'s, four behind them are `_putLeaf`'s.
    function _leafRoom(uint256 count) private pure returns (uint256 leaves) {
        assembly ("memory-safe") {
            leaves := add(mload(0x40), 0x20)
            mstore(0x40, add(leaves, shl(5, add(count, 5))))
        }
    }

    function _putLeaf(uint256 to, Manifest manifest, uint256 selector, uint256 index, uint256 flags)
        private
        pure
    {
        assembly ("memory-safe") {
            let facet := add(add(manifest, 4), mul(index, 52))
            mstore(to, shl(224, selector))
            mstore(add(to, 0x20), shr(96, mload(facet)))
            mstore(add(to, 0x40), mload(add(facet, 20)))
            mstore(add(to, 0x60), flags)
            let inner := keccak256(to, 0x80)
            mstore(to, 0)
            mstore(add(to, 0x20), inner)
            mstore(to, keccak256(add(to, 0x1f), 0x21))
        }
    }

    function _bytes4(uint256 selector) private pure returns (bytes4) {
        return bytes4(uint32(selector));
    }
}
