// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

abstract contract Base {
    uint256 internal nonce;
}
