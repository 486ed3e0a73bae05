// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    /// @custom:storage-location erc7201:defect.a
    struct Layout { uint256 count; }

    function layout() internal pure returns (Layout storage $) {
        bytes32 slot = keccak256("defect.a");
        assembly {
            $.slot := slot
        }
    }
}

contract Facet {
    function total() external view returns (uint256) { return Store.layout().count; }
}
