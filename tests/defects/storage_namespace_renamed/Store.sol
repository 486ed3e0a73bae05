// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    /// @custom:storage-location erc7201:defect.b
    struct Layout { uint256 count; }

    bytes32 internal constant SLOT = 0x06e9b21e08a3a33948f4df5b7a88ebe1fd618a28fd630cc85542f3cf396c0b00;

    function layout() internal pure returns (Layout storage $) {
        assembly {
            $.slot := SLOT
        }
    }
}
