// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { Store } from "./Store.sol";

contract Facet {
    function total() external view returns (uint256) { return Store.layout().count ; }
}
