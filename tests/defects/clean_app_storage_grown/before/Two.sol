// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { AppStorage } from "./AppStorage.sol";

contract Two {
    AppStorage internal s;

    function treasury() external view returns (address) { return s.treasury; }
}
