// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title HeartbeatStorage
/// @notice When each keeper last reported.
library HeartbeatStorage {
    /// @custom:storage-location erc7201:payrox.example.heartbeats
    struct Layout {
        mapping(address keeper => uint64) last;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.heartbeats")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0xaaec37337c2c71f01b86acd94c5c9e0dc2f61e18c76dd2c311e3988f4f73de00;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
