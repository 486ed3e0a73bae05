// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { Base } from "./Base.sol";

contract Facet is Base {
    uint256 internal fee;

    function total() external view returns (uint256) {
        return fee + nonce;
    }
}
