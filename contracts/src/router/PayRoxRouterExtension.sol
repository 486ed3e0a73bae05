// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../interfaces/IPayRoxRouter.sol";
import { ColdPath } from "./ColdPath.sol";
import { Loupe } from "./Loupe.sol";
import { RouterControl } from "./RouterControl.sol";

/// @title Everything of the router that is not the hot path
/// @notice Runs in the router's storage, by delegatecall, and refuses direct calls. One for all systems of a chain.
/// @dev
/// - `RouterControl`: install, setStatus, setForbidden, repairRoutes, isIntact
/// - `Loupe`: facets, facetFunctionSelectors, facetAddresses, facetAddress, routeOf
/// - `ColdPath`: supportsInterface, and the fallback that serves cold routes and names the reason for everything else
/// - here: batch, and who is who
contract PayRoxRouterExtension is RouterControl, Loupe, ColdPath {
    uint256 private constant MAX_BATCH = 50;

    /// @inheritdoc IPayRoxRouter
    function batch(bytes[] calldata calls) external onlyDelegated returns (bytes[] memory results) {
        require(calls.length <= MAX_BATCH, BatchTooLong(calls.length));

        results = new bytes[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            // As the caller, through the router's own code.
            (bool ok, bytes memory result) = address(this).delegatecall(calls[i]);
            if (!ok) _bubble(result);
            results[i] = result;
        }
    }

    /// @inheritdoc IPayRoxRouter
    function dispatcher() external view returns (address) {
        return _dispatcher();
    }

    /// @inheritdoc IPayRoxRouter
    function owner() external view returns (address) {
        return IManifestDispatcher(_dispatcher()).owner();
    }

    /// @inheritdoc IPayRoxRouter
    function manifest() external view returns (address active) {
        (active,) = _state();
    }

    /// @inheritdoc IPayRoxRouter
    function paused() external view returns (bool) {
        (, uint256 status) = _state();
        return status != 0;
    }
}
