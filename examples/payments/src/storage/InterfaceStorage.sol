// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title InterfaceStorage
/// @notice Interface ids that the system announces beside the router's own.
library InterfaceStorage {
    /// @custom:storage-location erc7201:payrox.example.interfaces
    struct Layout {
        mapping(bytes4 interfaceId => bool) supported;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("payrox.example.interfaces")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 internal constant SLOT = 0x6f5a3c8cf190967b4db673ded6fe9ec0c96007d5d49eab4028e7f1333e512100;

    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            $.slot := SLOT
        }
    }
}
