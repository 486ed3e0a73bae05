// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { IDiamondLoupe } from "../interfaces/IDiamondLoupe.sol";
import { IPayRoxRouter } from "../interfaces/IPayRoxRouter.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { RouteWord } from "../libraries/RouteWord.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";
import { ExtensionBase } from "./ExtensionBase.sol";

/// @notice Serves the routes without a slot, and says why a call is not served.
abstract contract ColdPath is IPayRoxRouter, ExtensionBase {
    /// @dev Never reached through a router, whose calldata is a word longer than the caller's.
    receive() external payable {
        revert DirectCall();
    }

    /// @dev Whatever no function of the extension answers. The last word of the calldata is the dispatcher's address.
    fallback() external payable {
        (address chunk, uint256 status) = _state();
        uint256 selector;
        assembly ("memory-safe") {
            selector := shr(224, calldataload(0))
        }

        if (!_isSlotEmpty()) _requireOpen(RouterStorage.route(selector), status);

        Manifest manifest = ManifestCodec.load(chunk);
        uint256 at = manifest.find(selector);
        if (at == 0) revert NoRoute(msg.sig);
        uint256 word = manifest.word(at);
        if (word & RouteWord.COLD == 0) revert NoRoute(msg.sig);
        if (status != 0) _requireRunning(word, status);
        if (word & RouteWord.PIN != 0) _requirePinned(manifest, at);

        bool taken;
        if (word & (RouteWord.LOCK | RouteWord.VIEW_LOCK) != 0) {
            if (RouterStorage.locked()) {
                if (msg.sender != address(this)) revert Reentered(msg.sig);
            } else if (word & RouteWord.LOCK != 0) {
                taken = true;
                RouterStorage.setLock(true);
            }
        }

        uint256 lock = RouterStorage.LOCK;
        assembly ("memory-safe") {
            let data := mload(0x40)
            let size := sub(calldatasize(), 0x20)
            calldatacopy(data, 0, size)
            let ok := delegatecall(gas(), word, data, size, 0, 0)
            returndatacopy(data, 0, returndatasize())
            if iszero(ok) { revert(data, returndatasize()) }
            if taken { tstore(lock, 0) }
            return(data, returndatasize())
        }
    }

    function _requireOpen(uint256 slot, uint256 status) private pure {
        if (slot & RouteWord.BLOCKED == 0) return;
        if (uint160(slot) != 0) _requireRunning(slot, status);
        revert RouteForbidden(msg.sig);
    }

    function _requireRunning(uint256 word, uint256 status) private pure {
        require(!RouteWord.isStopped(word, status), RoutePaused(msg.sig));
    }

    /// @dev The whole hash, not the prefix that a slot holds.
    function _requirePinned(Manifest manifest, uint256 at) private view {
        (, uint256 index,) = ManifestCodec.read(at);
        (address facet, bytes32 codeHash) = manifest.facet(index);
        require(facet.codehash == codeHash, PinMismatch(facet));
    }

    /// @inheritdoc IPayRoxRouter
    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        (address chunk, uint256 status) = _state();
        if (
            interfaceId == type(IERC165).interfaceId || interfaceId == type(IDiamondLoupe).interfaceId
                || interfaceId == type(IPayRoxRouter).interfaceId
        ) return true;
        // ERC-165 denies this one.
        if (interfaceId == 0xffffffff) return false;

        uint256 selector = uint32(IERC165.supportsInterface.selector);
        Manifest manifest = ManifestCodec.load(chunk);
        uint256 at = manifest.find(selector);
        if (at == 0 || RouterStorage.route(selector) != 0) return false;
        uint256 word = manifest.word(at);
        if (RouteWord.isStopped(word, status)) return false;
        address facet = address(uint160(word));
        if (word & RouteWord.PIN != 0 && (uint256(facet.codehash) ^ word) >> 168 != 0) return false;
        return _asView(_ask)(facet, interfaceId);
    }

    function _ask(address facet, bytes4 interfaceId) private returns (bool) {
        (bool ok, bytes memory answer) =
            facet.delegatecall(abi.encodeCall(IERC165.supportsInterface, (interfaceId)));
        return ok && answer.length >= 32 && uint256(bytes32(answer)) == 1;
    }

    /// @dev The facet's function is a view of the router's storage, which only a delegatecall can say.
    function _asView(function(address, bytes4) internal returns (bool) ask)
        private
        pure
        returns (function(address, bytes4) internal view returns (bool) asked)
    {
        assembly ("memory-safe") {
            asked := ask
        }
    }
}
