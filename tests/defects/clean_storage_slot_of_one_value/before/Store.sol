// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    struct Word { uint256 value; }
    struct Point { uint48 key; uint208 value; }

    /// @custom:storage-location erc7201:defect.a
    struct Layout { uint256 count; Point[] points; }

    bytes32 internal constant SLOT = 0x5c7fb2e9259567e7696a3b818452e71e289f435351770163b88acd42dcd73000;

    function word(bytes32 slot) internal pure returns (Word storage $) {
        assembly {
            $.slot := slot
        }
    }

    function point(Point[] storage self, uint256 index) internal pure returns (Point storage $) {
        assembly {
            mstore(0, self.slot)
            $.slot := add(keccak256(0, 0x20), index)
        }
    }

    function layout() internal pure returns (Layout storage $) {
        assembly {
            $.slot := SLOT
        }
    }
}
