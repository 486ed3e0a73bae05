// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    /// @custom:storage-location erc7201:defect.a
    struct Layout { uint256 count; }
}

contract Facet {
    function total(uint256 slot) external view returns (uint256 count) {
        slot = uint256(keccak256(abi.encode(slot)));
        assembly {
            count := sload(slot)
        }
    }
}
