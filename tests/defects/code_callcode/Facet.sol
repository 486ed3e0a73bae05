// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address private immutable other;

    constructor(address other_) {
        other = other_;
    }

    function run(uint256 input) external returns (uint256 output) {
        address target = other;
        assembly {
            mstore(0, input)
            if iszero(callcode(gas(), target, 0, 0, 32, 0, 32)) { revert(0, 0) }
            output := mload(0)
        }
    }
}
