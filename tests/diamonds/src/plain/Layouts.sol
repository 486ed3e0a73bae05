// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

bytes32 constant AT = keccak256("diamond.standard.diamond.storage");

/// Storage as a diamond of the first reference kind has it, laid out by the compiler; nothing answers.
contract FirstKind {
    struct Place {
        address facet;
        uint16 position;
    }

    struct Layout {
        mapping(bytes4 selector => Place place) places;
        bytes4[] selectors;
        mapping(bytes4 id => bool supported) interfaces;
        address owner;
    }

    constructor(address owner, address facet, bytes4[] memory selectors) {
        Layout storage l;
        bytes32 at = AT;
        assembly {
            l.slot := at
        }
        l.owner = owner;
        for (uint16 i; i < selectors.length; ++i) {
            l.selectors.push(selectors[i]);
            l.places[selectors[i]] = Place(facet, i);
        }
    }
}

/// The same of the third: selectors by facet. The first of them is the diamond's own.
contract ThirdKind {
    struct Place {
        address facet;
        uint96 position;
    }

    struct Selectors {
        bytes4[] selectors;
        uint256 position;
    }

    struct Layout {
        mapping(bytes4 selector => Place place) places;
        mapping(address facet => Selectors selectors) byFacet;
        address[] facets;
        mapping(bytes4 id => bool supported) interfaces;
        address owner;
    }

    constructor(address owner, address facet, bytes4[] memory selectors) {
        Layout storage l;
        bytes32 at = AT;
        assembly {
            l.slot := at
        }
        l.owner = owner;
        l.facets.push(address(this));
        l.facets.push(facet);
        for (uint256 i; i < selectors.length; ++i) {
            address to = i == 0 ? address(this) : facet;
            l.byFacet[to].selectors.push(selectors[i]);
            l.byFacet[to].position = i == 0 ? 0 : 1;
            l.places[selectors[i]] = Place(to, uint96(l.byFacet[to].selectors.length - 1));
        }
    }
}
