// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    struct Layout { uint256 count; address owner; mapping(address => uint256) balances; }

    bytes32 internal constant SLOT = keccak256("my.diamond.storage");

    function at(bytes32 slot) private pure returns (Layout storage $) {
        assembly {
            $.slot := slot
        }
    }

    function layout() internal pure returns (Layout storage $) {
        return at(SLOT);
    }
}
