// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ISubscriptions } from "../interfaces/ISubscriptions.sol";

/// @title SubscriptionStorage
/// @notice Offers of merchants and who took them.
library SubscriptionStorage {
    /// @custom:storage-location erc7201:payrox.example.subscriptions
    struct Layout {
        uint256 count;
        mapping(uint256 id => ISubscriptions.Offer) offers;
        mapping(uint256 id => mapping(address subscriber => ISubscriptions.Subscription)) subscriptions;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.subscriptions")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x4b8582c4e0f8bd66c64d5048c8e241c98e892c23c3739d8831da356104c71f00;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
