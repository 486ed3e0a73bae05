// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDiamond } from "./IDiamond.sol";
import { IDiamondLoupe } from "./IDiamondLoupe.sol";

/// @title The data plane of a system: what users call, and whose storage the facets use
/// @notice Its one authority is its dispatcher, an immutable. Whatever is not a hot route is answered by the extension.
/// @dev A route's slot lies at the namespace `payrox.router.routes` plus the selector as a number. From the low end it holds the facet
/// (bits 0 to 159), the flags (160 to 167) and the first 11 bytes of the code hash (168 to 255). The flags gain FAST (0x40) where
/// none of LOCK, VIEW_LOCK, PIN, RECEIVE is set; where the route is paused or forbidden they gain BLOCKED (0x80) and lose those
/// four. Unused slots are zero; a forbidden selector without a hot route has BLOCKED alone.
interface IPayRoxRouter is IDiamond, IDiamondLoupe {
    // --- errors ---

    /// @notice Nothing serves `selector`. Empty calldata counts as 0x00000000.
    error NoRoute(bytes4 selector);
    /// @notice The system is paused, or halted, and `selector` with it.
    error RoutePaused(bytes4 selector);
    /// @notice A guardian or the owner forbade `selector`.
    error RouteForbidden(bytes4 selector);
    /// @notice The lock is held by another call.
    error Reentered(bytes4 selector);
    /// @notice The code of `facet` is not the one that was approved.
    error PinMismatch(address facet);
    /// @notice More than 50 elements in a batch.
    error BatchTooLong(uint256 length);
    /// @notice The extension was called, not delegatecalled by a router.
    error DirectCall();
    /// @notice Only the dispatcher may.
    error NotDispatcher(address caller);
    /// @notice Install, init or repair while a call is in progress.
    error LockHeld();
    /// @notice Init changed what the router serves.
    error InitChangedRouter();
    /// @notice `selector` has a route and is no stray.
    error NotAStray(bytes4 selector);

    // --- events ---

    /// @notice The router serves exactly `newManifest`. Also emitted where only flags changed, which `DiamondCut` cannot say.
    event ManifestInstalled(address indexed oldManifest, address indexed newManifest);

    // --- for everybody ---

    /// @notice Calls the router with each element as the caller, all or nothing, through the same checks as single calls.
    /// At most 50; takes no ether.
    function batch(bytes[] calldata calls) external returns (bytes[] memory results);

    /// @notice What the router does with `selector`: `installed` if a route exists, `blocked` if it is paused or forbidden.
    function routeOf(bytes4 selector)
        external
        view
        returns (address facet, bytes32 codeHash, uint8 flags, bool installed, bool blocked);

    function dispatcher() external view returns (address);
    function manifest() external view returns (address);
    function paused() external view returns (bool);

    /// @notice The dispatcher's owner.
    function owner() external view returns (address);

    /// @notice The router's own ids; for any other the routed `supportsInterface`, if there is one.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// @notice What only the dispatcher can do. Each act carries what the dispatcher knows; the router's storage is only written.
/// @dev `status`: bit 0 paused, bit 1 halted. Manifests are zero where there is none.
interface IPayRoxRouterControl {
    /// @notice Goes from one manifest to another, then delegatecalls `initTarget` if there is one. Returns true, which no stranger
    /// behind an adopted proxy does.
    function install(
        address oldManifest,
        address newManifest,
        uint256 status,
        bytes4[] calldata forbidden,
        address initTarget,
        bytes calldata initData
    ) external payable returns (bool);

    /// @notice Writes every slot of the manifest anew for `status`.
    function setStatus(address activeManifest, uint256 status, bytes4[] calldata forbidden) external;

    /// @notice Writes the slots of `selectors` anew, marked as forbidden or not.
    function setForbidden(
        address activeManifest,
        uint256 status,
        bytes4[] calldata selectors,
        bool isForbidden
    ) external;

    /// @notice Writes every slot that differs, and clears `strays`.
    function repairRoutes(
        address activeManifest,
        uint256 status,
        bytes4[] calldata forbidden,
        bytes4[] calldata strays
    ) external;

    /// @notice Whether every slot of the manifest, every mark and the state word are as they should be.
    function isIntact(address activeManifest, uint256 status, bytes4[] calldata forbidden)
        external
        view
        returns (bool);
}
