// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SolidStateDiamond } from "@solidstate/contracts/proxy/diamond/SolidStateDiamond.sol";

/// A diamond of the npm package, as its users make one.
contract SolidDiamond is SolidStateDiamond { }
