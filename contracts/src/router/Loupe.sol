// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IDiamondLoupe } from "../interfaces/IDiamondLoupe.sol";
import { IPayRoxRouter } from "../interfaces/IPayRoxRouter.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { ReservedSelectors } from "../libraries/ReservedSelectors.sol";
import { RouteWord } from "../libraries/RouteWord.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";
import { ExtensionBase } from "./ExtensionBase.sol";

/// @notice What the router serves, read from the manifest it was given.
/// @dev The router's own selectors are listed under its own address. A `supportsInterface` that is routed is listed under its
/// facet instead, although the router answers first: one selector, one entry.
abstract contract Loupe is IPayRoxRouter, ExtensionBase {
    /// @inheritdoc IDiamondLoupe
    function facets() external view returns (Facet[] memory) {
        (address chunk,) = _state();
        Manifest manifest = ManifestCodec.load(chunk);
        (uint256 own, uint256 ownEnd) = ReservedSelectors.list();
        uint256 skipped = _routed(manifest) ? uint32(IERC165.supportsInterface.selector) : 1 << 32;
        (uint256 routes, uint256 end) = manifest.routes();
        uint256 count = manifest.facetCount();

        // The answer is laid out by hand: from structs, it would be copied a second time.
        assembly ("memory-safe") {
            let cells := mload(0x40)
            let out := add(cells, shl(5, count))
            calldatacopy(cells, calldatasize(), shl(5, count))

            // Functions of their own keep the stacks of the loops small.
            function countRoutes(cells_, end_, at) {
                for { } 1 { } {
                    let cell := add(cells_, shl(5, byte(4, mload(at))))
                    mstore(cell, add(mload(cell), 1))
                    at := add(at, 6)
                    if iszero(lt(at, end_)) { leave }
                }
            }
            function placeRoutes(cells_, end_, at) {
                for { } 1 { } {
                    let route := mload(at)
                    let cell := add(cells_, shl(5, byte(4, route)))
                    let place := mload(cell)
                    mstore(place, shl(224, shr(224, route)))
                    mstore(cell, add(place, 0x20))
                    at := add(at, 6)
                    if iszero(lt(at, end_)) { leave }
                }
            }

            if lt(routes, end) { countRoutes(cells, end, routes) }

            mstore(out, 0x20)
            mstore(add(out, 0x20), add(count, 1))
            let offsets := add(out, 0x40)
            let item := add(offsets, shl(5, add(count, 1)))
            let facet := add(manifest, 4)
            let offset := offsets
            for { let cell := cells } lt(cell, out) { cell := add(cell, 0x20) } {
                let n := mload(cell)
                mstore(offset, sub(item, offsets))
                offset := add(offset, 0x20)
                mstore(item, shr(96, mload(facet)))
                facet := add(facet, 52)
                mstore(add(item, 0x20), 0x40)
                mstore(add(item, 0x40), n)
                item := add(item, 0x60)
                mstore(cell, item)
                item := add(item, shl(5, n))
            }

            if lt(routes, end) { placeRoutes(cells, end, routes) }

            mstore(offset, sub(item, offsets))
            mstore(item, address())
            mstore(add(item, 0x20), 0x40)
            let length := add(item, 0x40)
            let place := add(item, 0x60)
            for { } lt(own, ownEnd) { own := add(own, 4) } {
                let selector := shr(224, mload(own))
                if xor(selector, skipped) {
                    mstore(place, shl(224, selector))
                    place := add(place, 0x20)
                }
            }
            mstore(length, shr(5, sub(place, add(item, 0x60))))
            return(out, sub(place, out))
        }
    }

    /// @inheritdoc IDiamondLoupe
    function facetFunctionSelectors(address facet) external view returns (bytes4[] memory selectors) {
        (address chunk,) = _state();
        Manifest manifest = ManifestCodec.load(chunk);
        (uint256 at, uint256 end) = manifest.routes();
        uint256 step = ManifestCodec.ROUTE;
        uint256 skipped = 1 << 32;
        uint256 wanted = manifest.facetCount();
        if (facet == address(this)) {
            if (_routed(manifest)) skipped = uint32(IERC165.supportsInterface.selector);
            (at, end) = ReservedSelectors.list();
            step = 4;
        } else {
            for (uint256 i; i < wanted; ++i) {
                (address listed,) = manifest.facet(i);
                if (listed == facet) wanted = i;
            }
            // Unknown: nothing is listed.
            if (wanted == manifest.facetCount()) end = at;
        }

        assembly ("memory-safe") {
            selectors := mload(0x40)
            let place := add(selectors, 0x20)
            for { } lt(at, end) { at := add(at, step) } {
                let entry := mload(at)
                let selector := shr(224, entry)
                if and(or(eq(step, 4), eq(byte(4, entry), wanted)), iszero(eq(selector, skipped))) {
                    mstore(place, shl(224, selector))
                    place := add(place, 0x20)
                }
            }
            mstore(selectors, shr(5, sub(place, add(selectors, 0x20))))
            mstore(0x40, place)
        }
    }

    /// @inheritdoc IDiamondLoupe
    function facetAddresses() external view returns (address[] memory addresses) {
        (address chunk,) = _state();
        Manifest manifest = ManifestCodec.load(chunk);
        uint256 count = manifest.facetCount();
        addresses = new address[](count + 1);
        for (uint256 i; i < count; ++i) {
            (addresses[i],) = manifest.facet(i);
        }
        addresses[count] = address(this);
    }

    /// @inheritdoc IDiamondLoupe
    function facetAddress(bytes4 selector) external view returns (address facet) {
        (address chunk,) = _state();
        Manifest manifest = ManifestCodec.load(chunk);
        uint256 at = manifest.find(uint32(selector));
        if (at != 0) return address(uint160(manifest.word(at)));
        if (ReservedSelectors.contains(selector)) return address(this);
    }

    /// @inheritdoc IPayRoxRouter
    function routeOf(bytes4 selector)
        external
        view
        returns (address facet, bytes32 codeHash, uint8 flags, bool installed, bool blocked)
    {
        (address chunk, uint256 status) = _state();
        Manifest manifest = ManifestCodec.load(chunk);
        uint256 at = manifest.find(uint32(selector));
        blocked = RouterStorage.route(uint32(selector)) & RouteWord.BLOCKED != 0;
        if (at == 0) return (facet, codeHash, flags, false, blocked);

        (, uint256 index, uint256 bits) = ManifestCodec.read(at);
        (facet, codeHash) = manifest.facet(index);
        flags = uint8(bits);
        installed = true;
        blocked = blocked || RouteWord.isStopped(manifest.word(at), status);
    }

    function _routed(Manifest manifest) private pure returns (bool) {
        return manifest.find(uint32(IERC165.supportsInterface.selector)) != 0;
    }
}
