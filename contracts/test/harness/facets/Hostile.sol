// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Facets that the tool would refuse: ordinary variables, transient ones, writes anywhere.
contract PlainStorage {
    uint256 private first;
    address private second;
    mapping(uint256 => uint256) private third;
    uint256[] private fourth;
    uint256 private transient fifth;
    bool private transient sixth;

    function spill(uint256 value) external {
        first = value;
        second = msg.sender;
        third[value] = value;
        fourth.push(value);
        (fifth, sixth) = (value, true);
    }

    function fill(uint256 from, uint256 to, uint256 value) external {
        for (uint256 i = from; i < to; i++) {
            assembly ("memory-safe") {
                sstore(i, value)
                tstore(i, value)
            }
        }
    }
}

contract SlotWriter {
    function write(bytes32 slot, bytes32 value) external {
        assembly ("memory-safe") {
            sstore(slot, value)
        }
    }

    function writeTransient(bytes32 slot, bytes32 value) external {
        assembly ("memory-safe") {
            tstore(slot, value)
        }
    }

    function die(address payable heir) external {
        assembly ("memory-safe") {
            selfdestruct(heir)
        }
    }

    function delegateOut(address target, bytes calldata data) external returns (bytes memory result) {
        bool ok;
        (ok, result) = target.delegatecall(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
