// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

struct AppStorage { uint256 count; address treasury; }
