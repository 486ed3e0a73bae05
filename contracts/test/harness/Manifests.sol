// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

struct Route {
    bytes4 selector;
    address facet;
    bytes32 codeHash;
    uint8 flags;
}

/// @notice Manifest bytes, Merkle root and proofs, written from the specification and sharing no line with the contracts.
library Manifests {
    /// @notice `routes` in ascending order of selector. Equal selectors stay beside each other.
    function sort(Route[] memory routes) internal pure returns (Route[] memory) {
        for (uint256 i = 1; i < routes.length; i++) {
            Route memory moving = routes[i];
            uint256 j = i;
            for (; j > 0 && uint32(routes[j - 1].selector) > uint32(moving.selector); j--) {
                routes[j] = routes[j - 1];
            }
            routes[j] = moving;
        }
        return routes;
    }

    /// @notice The facets that `routes` use, each once, in ascending order.
    function facetsOf(Route[] memory routes)
        internal
        pure
        returns (address[] memory facets, bytes32[] memory codeHashes)
    {
        facets = new address[](routes.length);
        codeHashes = new bytes32[](routes.length);
        uint256 count;
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].flags & 0x20 != 0) continue; // RECEIVE names no facet
            uint256 at = 0;
            while (at < count && facets[at] < routes[i].facet) at++;
            if (at < count && facets[at] == routes[i].facet) continue;
            for (uint256 j = count; j > at; j--) {
                facets[j] = facets[j - 1];
                codeHashes[j] = codeHashes[j - 1];
            }
            facets[at] = routes[i].facet;
            codeHashes[at] = routes[i].codeHash;
            count++;
        }
        assembly ("memory-safe") {
            mstore(facets, count)
            mstore(codeHashes, count)
        }
    }

    /// @notice Version 1 of the manifest bytes for `routes`, which must be sorted already.
    function encode(Route[] memory routes) internal pure returns (bytes memory) {
        (address[] memory facets, bytes32[] memory codeHashes) = facetsOf(routes);
        bytes[] memory rows = new bytes[](facets.length + routes.length);
        for (uint256 i = 0; i < facets.length; i++) {
            rows[i] = abi.encodePacked(facets[i], codeHashes[i]);
        }
        for (uint256 i = 0; i < routes.length; i++) {
            uint8 index = routes[i].flags & 0x20 != 0 ? 0 : indexOf(facets, routes[i].facet);
            rows[facets.length + i] = abi.encodePacked(routes[i].selector, index, routes[i].flags);
        }
        return bytes.concat(header(1, facets.length, routes.length), join(rows));
    }

    function header(uint256 version, uint256 facets, uint256 routes) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(version), uint8(facets), uint16(routes));
    }

    function join(bytes[] memory parts) internal pure returns (bytes memory whole) {
        uint256 length;
        for (uint256 i = 0; i < parts.length; i++) {
            length += parts[i].length;
        }
        whole = new bytes(length);
        uint256 at;
        for (uint256 i = 0; i < parts.length; i++) {
            for (uint256 j = 0; j < parts[i].length; j++) {
                whole[at++] = parts[i][j];
            }
        }
    }

    function indexOf(address[] memory facets, address facet) internal pure returns (uint8) {
        for (uint256 i = 0; i < facets.length; i++) {
            if (facets[i] == facet) return uint8(i);
        }
        revert("facet is not in the table");
    }

    /// @notice The leaf of one route. A RECEIVE route commits to the first facet of the table: see `resolve`.
    function leaf(Route memory route) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                bytes1(0x00), keccak256(abi.encode(route.selector, route.facet, route.codeHash, route.flags))
            )
        );
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @notice The ordered Merkle root over sorted `routes`; an odd node is carried up. Zero without routes.
    function root(Route[] memory routes) internal pure returns (bytes32) {
        bytes32[] memory level = leaves(routes);
        if (level.length == 0) return bytes32(0);
        while (level.length > 1) {
            level = parents(level);
        }
        return level[0];
    }

    /// @notice The siblings of `index` from the leaf upwards; a level on which the node is carried up has none.
    function proof(Route[] memory routes, uint256 index) internal pure returns (bytes32[] memory siblings) {
        bytes32[] memory level = leaves(routes);
        siblings = new bytes32[](256);
        uint256 depth;
        while (level.length > 1) {
            uint256 sibling = index ^ 1;
            if (sibling < level.length) siblings[depth++] = level[sibling];
            level = parents(level);
            index /= 2;
        }
        assembly ("memory-safe") {
            mstore(siblings, depth)
        }
    }

    function leaves(Route[] memory routes) internal pure returns (bytes32[] memory hashes) {
        Route[] memory resolved = resolve(routes);
        hashes = new bytes32[](resolved.length);
        for (uint256 i = 0; i < resolved.length; i++) {
            hashes[i] = leaf(resolved[i]);
        }
    }

    /// @notice `routes` with facet and code hash of index 0 in the RECEIVE route.
    function resolve(Route[] memory routes) internal pure returns (Route[] memory resolved) {
        (address[] memory facets, bytes32[] memory codeHashes) = facetsOf(routes);
        resolved = new Route[](routes.length);
        for (uint256 i = 0; i < routes.length; i++) {
            resolved[i] = routes[i];
            if (routes[i].flags & 0x20 != 0 && facets.length > 0) {
                resolved[i] = Route(routes[i].selector, facets[0], codeHashes[0], routes[i].flags);
            }
        }
    }

    function parents(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < above.length; i++) {
            above[i] = 2 * i + 1 < level.length ? node(level[2 * i], level[2 * i + 1]) : level[2 * i];
        }
    }
}
