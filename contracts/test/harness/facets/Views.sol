// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Reads only: what a view behind the router sees.
contract Views {
    function echo(bytes calldata data) external pure returns (bytes memory) {
        return data;
    }

    function self() external view returns (address) {
        return address(this);
    }

    function sender() external view returns (address) {
        return msg.sender;
    }

    function slot(bytes32 at) external view returns (bytes32 value) {
        assembly ("memory-safe") {
            value := sload(at)
        }
    }

    function guarded() external pure returns (uint256) {
        return 7;
    }

    function administrate(uint256 value) external pure returns (uint256) {
        return value + 1;
    }
}
