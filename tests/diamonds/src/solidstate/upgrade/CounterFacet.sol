// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// The next release: counts by two, and back.
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
            sstore(at, add(sload(at), 2))
        }
    }

    function reset() external {
        bytes32 at = AT;
        assembly {
            sstore(at, 0)
        }
    }
}
