// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

contract CounterFacet {
    /// In the manner of this package: a struct at a slot of its own.
    bytes32 private constant AT = keccak256("payrox.tests.counter");

    function count() external view returns (uint256 n) {
        bytes32 at = AT;
        assembly {
            n := sload(at)
        }
    }

    function increment() external {
        bytes32 at = AT;
        assembly {
            sstore(at, add(sload(at), 1))
        }
    }
}
