// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { Other } from "./Other.sol";

contract Two {
    function treasury() external view returns (address) { return Other.layout().treasury; }
}
