// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Init targets: delegatecalled in the router as the last act of an activation.
contract Initializer {
    error InitRefused(uint256 code);

    event InitRan(address indexed self, uint256 value, uint256 paid);

    bytes32 internal constant RUNS = keccak256("test.initializer.runs");

    /// @notice Sets the counter and counts how often it ran.
    function init(uint256 value) external payable {
        bytes32 counter = keccak256("test.counter");
        bytes32 runs = RUNS;
        assembly ("memory-safe") {
            sstore(counter, value)
            sstore(runs, add(sload(runs), 1))
        }
        emit InitRan(address(this), value, msg.value);
    }

    function refuse(uint256 code) external pure {
        revert InitRefused(code);
    }

    /// @notice Writes where it must not.
    function write(bytes32 slot, bytes32 value) external {
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }

    function callOut(address target, bytes calldata data) external {
        (bool ok, bytes memory result) = target.call(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
