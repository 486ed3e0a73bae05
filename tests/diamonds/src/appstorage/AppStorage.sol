// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// All state of the application, at slot 0 of the diamond: every facet has it as its only state variable.
struct AppStorage {
    mapping(address account => uint256 amount) balances;
    uint256 total;
    uint256 feeBasisPoints;
    string motto;
}
