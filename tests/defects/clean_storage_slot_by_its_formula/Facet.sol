// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    /// @custom:storage-location erc7201:defect.a
    struct Layout { uint256 count; }

    bytes32 internal constant SLOT =
        keccak256(abi.encode(uint256(keccak256("defect.a")) - 1)) & ~bytes32(uint256(0xff));

    function layout() internal pure returns (Layout storage $) {
        bytes32 slot = SLOT;
        assembly {
            $.slot := slot
        }
    }
}

contract Facet {
    function total() external view returns (uint256) { return Store.layout().count; }
}
