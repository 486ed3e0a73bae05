// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { AppStorage } from "./AppStorage.sol";

contract One {
    AppStorage internal s;

    function count() external view returns (uint256) { return s.count; }
}
