// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Why manifest bytes, or the facets they list, are refused.
interface IManifestErrors {
    /// @notice `manifest` is not a chunk that the factory made from its own content.
    error NotAManifest(address manifest);
    /// @notice The first byte is not 1.
    error UnsupportedVersion(uint8 version);
    /// @notice There is no facet, no route, or more than 3,900 routes.
    error CountOutOfRange(uint256 facets, uint256 routes);
    /// @notice The bytes are truncated, or something trails them.
    error LengthMismatch(uint256 length, uint256 expected);
    /// @notice `facet` is not greater than the one before it.
    error FacetsNotAscending(address facet);
    /// @notice `facet` is a contract of the system itself.
    error FacetIsCore(address facet);
    /// @notice `facet` has no code, more than 24,576 bytes of it, or code that starts with 0xEF.
    error InvalidFacetCode(address facet, uint256 size);
    /// @notice The code at `facet` is not the one that was listed.
    error CodeHashMismatch(address facet, bytes32 expected, bytes32 actual);
    /// @notice No route uses `facet`.
    error FacetUnused(address facet);
    /// @notice `selector` is not greater than the one before it.
    error RoutesNotAscending(bytes4 selector);
    /// @notice `selector` belongs to the router itself, or to the proxy it was adopted under.
    error ReservedSelector(bytes4 selector);
    /// @notice The route of `selector` names a facet beyond the table.
    error FacetIndexOutOfRange(bytes4 selector, uint8 index);
    /// @notice The flags are unknown or do not go together. `RECEIVE` stands alone and only on 0x00000000, which takes nothing
    /// else; `supportsInterface` must be `COLD` and without a lock, because the router answers first.
    error InvalidFlags(bytes4 selector, uint8 flags);
    /// @notice More than 512 routes take a storage slot.
    error TooManyHotRoutes(uint256 hot);
    /// @notice `routes + 9 * hot + 2 * facets` exceeds 5,200: exchanging all of them, and so a rollback, might not fit in one transaction.
    error TooMuchToExchange(uint256 routes, uint256 hot);
    /// @notice The plan's number of routes is not the manifest's.
    error RouteCountMismatch(uint16 given, uint256 counted);
    /// @notice The plan's root is zero or not the manifest's.
    error RootMismatch(bytes32 given, bytes32 computed);
}
