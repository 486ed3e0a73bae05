// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { AppStorage } from "../AppStorage.sol";

contract MottoInit {
    AppStorage private s;

    function init(string calldata motto) external {
        s.motto = motto;
    }
}
