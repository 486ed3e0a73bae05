// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function run(address target, uint256 at, uint256 value) external {
        assembly {
            mstore(0, 1)
            mstore(at, value)
            if iszero(eq(mload(0), 1)) { pop(delegatecall(gas(), target, 0, 0, 0, 0)) }
        }
    }
}
