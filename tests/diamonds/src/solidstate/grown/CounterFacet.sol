// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// The next release as it should be: what was there does what it did, and something is new.
contract CounterFacet {
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

    function twice() external view returns (uint256 n) {
        bytes32 at = AT;
        assembly {
            n := shl(1, sload(at))
        }
    }
}
