// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import { Store } from "./Store.sol";

library Other {
    struct Layout { address owner; uint256 other; }

    function layout() internal pure returns (Layout storage $) {
        bytes32 slot = keccak256("my.diamond.storage");
        assembly {
            $.slot := slot
        }
    }
}

contract Facet {
    function total() external view returns (uint256) { return Store.layout().count + Other.layout().other; }
}
