// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function run(address target, uint256 at, uint256 value) external {
        assembly {
            mstore(0, 1)
            mstore(0x40, at)
            mstore(mload(0x40), value)
            if iszero(eq(mload(0), 1)) { pop(delegatecall(gas(), target, 0, 0, 0, 0)) }
        }
    }

    /// Free memory begins at 0x40 if the caller says so: then what is stored there says where it begins.
    function runAgain(address target, uint256 at, uint256 other) external {
        assembly {
            mstore(0x40, at)
            let free := mload(0x40)
            mstore(add(free, 0x1c0), 1)
            mstore(free, other)
            mstore(mload(0x40), 0)
            if iszero(mload(add(free, 0x1c0))) { pop(delegatecall(gas(), target, 0, 0, 0, 0)) }
        }
    }
}
