// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The Merkle tree over routes in their order. Leaf: `keccak256(0x00 ‖ keccak256(abi.encode(bytes4 selector, address
/// facet, bytes32 codeHash, uint8 flags)))`. Node: `keccak256(0x01 ‖ left ‖ right)`. An odd node is carried up.
library OrderedMerkle {
    function leaf(bytes4 selector, address facet, bytes32 codeHash, uint8 flags)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encodePacked(bytes1(0x00), keccak256(abi.encode(selector, facet, codeHash, flags)))
        );
    }

    /// @notice Whether `proof` leads from the leaf at `index` of `count` to the root: no sibling missing, none left over.
    function verify(bytes32 root, bytes32 hash, uint256 index, uint256 count, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (index >= count) return false;
        uint256 used;
        for (; count > 1; count = (count + 1) / 2) {
            if (index % 2 == 1 || index + 1 < count) {
                if (used == proof.length) return false;
                bytes32 sibling = proof[used++];
                hash = index % 2 == 1
                    ? keccak256(abi.encodePacked(bytes1(0x01), sibling, hash))
                    : keccak256(abi.encodePacked(bytes1(0x01), hash, sibling));
            }
            index /= 2;
        }
        return used == proof.length && hash == root;
    }

    /// @notice The root over `count` leaves in memory, which are overwritten, as is the byte before them.
    function fold(uint256 leaves, uint256 count) internal pure returns (bytes32 root) {
        assembly ("memory-safe") {
            for { } gt(count, 1) { } {
                let from := leaves
                let to := leaves
                for { let end := add(leaves, shl(6, shr(1, count))) } lt(from, end) {
                    from := add(from, 0x40)
                } {
                    // The byte before a pair belongs to nothing that is still needed.
                    mstore8(sub(from, 1), 1)
                    mstore(to, keccak256(sub(from, 1), 65))
                    to := add(to, 0x20)
                }
                if and(count, 1) { mstore(to, mload(from)) }
                count := shr(1, add(count, 1))
            }
            root := mload(leaves)
        }
    }
}
