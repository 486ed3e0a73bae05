// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The loupe of EIP-2535. Paused and forbidden selectors still appear: `IPayRoxRouter.routeOf` tells.
interface IDiamondLoupe {
    struct Facet {
        address facetAddress;
        bytes4[] functionSelectors;
    }

    /// @notice Facets in ascending order of address, then the router itself with its own selectors.
    function facets() external view returns (Facet[] memory facets_);
    function facetFunctionSelectors(address facet) external view returns (bytes4[] memory selectors);
    function facetAddresses() external view returns (address[] memory addresses);
    function facetAddress(bytes4 selector) external view returns (address facet);
}
