// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Kept {
    /// @custom:storage-location erc7201:defect.a
    struct Layout { address owner; uint256 count; mapping(address => uint256) balances; }

    bytes32 internal constant SLOT = 0x5c7fb2e9259567e7696a3b818452e71e289f435351770163b88acd42dcd73000;

    function layout() internal pure returns (Layout storage $) {
        assembly {
            $.slot := shr(0, add(SLOT, 1))
        }
    }
}

contract Facet {
    function total() external view returns (uint256) { return Kept.layout().count; }
}
