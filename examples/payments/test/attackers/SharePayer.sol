// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Wants an argument and takes value, as real constructors do.
contract SharePayer {
    error NoShare();

    uint256 public immutable share;

    constructor(uint256 share_) payable {
        if (share_ == 0) revert NoShare();

        share = share_;
    }
}
