// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Routing } from "./Routing.sol";

contract LoupeFacet {
    struct Facet {
        address facetAddress;
        bytes4[] functionSelectors;
    }

    function facets() external view returns (Facet[] memory all) {
        address[] memory addresses = facetAddresses();
        all = new Facet[](addresses.length);
        for (uint256 i; i < addresses.length; ++i) {
            all[i] = Facet(addresses[i], facetFunctionSelectors(addresses[i]));
        }
    }

    function facetFunctionSelectors(address facet) public view returns (bytes4[] memory selectors) {
        uint256 count = Routing.layout().count;
        selectors = new bytes4[](count);
        uint256 found;
        for (uint256 i; i < count; ++i) {
            bytes4 selector = Routing.selectorAt(i);
            if (Routing.facetOf(selector) == facet) selectors[found++] = selector;
        }
        assembly {
            mstore(selectors, found)
        }
    }

    function facetAddresses() public view returns (address[] memory all) {
        uint256 count = Routing.layout().count;
        all = new address[](count);
        uint256 found;
        for (uint256 i; i < count; ++i) {
            address facet = Routing.facetOf(Routing.selectorAt(i));
            bool known;
            for (uint256 j; j < found; ++j) {
                known = known || all[j] == facet;
            }
            if (!known) all[found++] = facet;
        }
        assembly {
            mstore(all, found)
        }
    }

    function facetAddress(bytes4 selector) external view returns (address) {
        return Routing.facetOf(selector);
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return Routing.layout().interfaces[id];
    }

    function owner() external view returns (address) {
        return Routing.layout().owner;
    }

    function transferOwnership(address to) external {
        Routing.onlyOwner();
        Routing.layout().owner = to;
    }
}
