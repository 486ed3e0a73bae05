// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter, IPayRoxRouterControl } from "../interfaces/IPayRoxRouter.sol";
import { Changes, DiamondCutLog } from "../libraries/DiamondCutLog.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { ReservedSelectors } from "../libraries/ReservedSelectors.sol";
import { RouteTable } from "../libraries/RouteTable.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";
import { ExtensionBase } from "./ExtensionBase.sol";

/// @notice What the dispatcher does to the router.
abstract contract RouterControl is IPayRoxRouterControl, ExtensionBase {
    using DiamondCutLog for Changes;
    using RouteTable for Manifest;

    /// @dev Pause and forbid need no lock: they must work whatever is going on.
    modifier takesLock() {
        require(!RouterStorage.locked(), IPayRoxRouter.LockHeld());
        RouterStorage.setLock(true);
        _;
        RouterStorage.setLock(false);
    }

    /// @inheritdoc IPayRoxRouterControl
    function install(
        address oldManifest,
        address newManifest,
        uint256 status,
        bytes4[] calldata forbidden,
        address initTarget,
        bytes calldata initData
    ) external payable onlyDispatcher takesLock returns (bool) {
        Manifest current = ManifestCodec.load(oldManifest);
        Manifest next = ManifestCodec.load(newManifest);
        current.mark(forbidden);
        next.mark(forbidden);

        Changes memory changes = current.exchange(next, status);
        RouterStorage.setState(newManifest, status);

        changes.emitCut(next, initTarget, initData);
        emit IPayRoxRouter.ManifestInstalled(oldManifest, newManifest);

        if (initTarget != address(0)) {
            (bool ok, bytes memory result) = initTarget.delegatecall(initData);
            if (!ok) _bubble(result);
            require(_isIntact(newManifest, next, status, forbidden), IPayRoxRouter.InitChangedRouter());
        }
        return true;
    }

    /// @inheritdoc IPayRoxRouterControl
    function setStatus(address activeManifest, uint256 status, bytes4[] calldata forbidden)
        external
        onlyDispatcher
    {
        Manifest current = ManifestCodec.load(activeManifest);
        current.writeHot(status);
        if (forbidden.length != 0) current.writeMarks(status, forbidden, true);
        RouterStorage.setState(activeManifest, status);
    }

    /// @inheritdoc IPayRoxRouterControl
    function setForbidden(
        address activeManifest,
        uint256 status,
        bytes4[] calldata selectors,
        bool isForbidden
    ) external onlyDispatcher {
        ManifestCodec.load(activeManifest).writeMarks(status, selectors, isForbidden);
    }

    /// @inheritdoc IPayRoxRouterControl
    function repairRoutes(
        address activeManifest,
        uint256 status,
        bytes4[] calldata forbidden,
        bytes4[] calldata strays
    ) external onlyDispatcher takesLock {
        Manifest current = ManifestCodec.load(activeManifest);
        for (uint256 i; i < strays.length; ++i) {
            uint256 selector = uint32(strays[i]);
            require(current.find(selector) == 0, IPayRoxRouter.NotAStray(strays[i]));
            RouterStorage.setRoute(selector, 0);
        }

        current.writeAll(status);
        current.writeMarks(status, forbidden, true);
        RouterStorage.setState(activeManifest, status);
    }

    /// @inheritdoc IPayRoxRouterControl
    function isIntact(address activeManifest, uint256 status, bytes4[] calldata forbidden)
        external
        view
        onlyDelegated
        returns (bool)
    {
        Manifest current = ManifestCodec.load(activeManifest);
        current.mark(forbidden);
        return _isIntact(activeManifest, current, status, forbidden);
    }

    function _isIntact(address chunk, Manifest marked, uint256 status, bytes4[] calldata forbidden)
        private
        view
        returns (bool)
    {
        (address manifest, uint256 cached) = RouterStorage.state();
        if (manifest != chunk || cached != status) return false;

        // Nothing may stand before the router's own functions.
        (uint256 at, uint256 end) = ReservedSelectors.list();
        for (; at < end; at += 4) {
            if (RouterStorage.route(ManifestCodec.selectorAt(at)) != 0) return false;
        }
        return marked.isIntact(status, forbidden);
    }
}
