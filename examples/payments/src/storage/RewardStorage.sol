// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title RewardStorage
/// @notice The part of the fees that goes back to payers.
library RewardStorage {
    /// @custom:storage-location erc7201:payrox.example.rewards
    struct Layout {
        uint16 rate;
        mapping(address account => mapping(address token => uint256)) earned;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.rewards")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x735dc27b11512143ce9ee896d6c044cb10d0ef8dbd38bbabf1e4628f27d50500;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
