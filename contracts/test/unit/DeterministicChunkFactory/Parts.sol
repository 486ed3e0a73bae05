// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";

/// @notice What gets deployed: constructors of every temper.
contract Plain {
    uint256 public immutable value;

    constructor(uint256 value_) {
        value = value_;
    }
}

contract Paid {
    uint256 public immutable paid;

    constructor() payable {
        paid = msg.value;
    }
}

contract Refusing {
    error Refused(uint256 code, string why);

    constructor(uint256 code) {
        revert Refused(code, "a reason longer than a word, so that its tail counts as well");
    }
}

contract Silent {
    constructor() {
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}

contract Burning {
    constructor() {
        while (true) { }
    }
}

contract Empty {
    constructor() {
        assembly ("memory-safe") {
            return(0, 0)
        }
    }
}

contract Vanishing {
    constructor() {
        assembly ("memory-safe") {
            selfdestruct(caller())
        }
    }
}

/// @notice Calls the factory from its constructor, with whatever call it was given, and demands that it works.
contract Nesting {
    bytes public result;

    constructor(bytes memory call_) {
        (bool ok, bytes memory back) = msg.sender.call(call_);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(back, 32), mload(back))
            }
        }
        result = back;
    }
}

/// @notice Asks the factory for itself: the same salt, the same init code.
contract SelfNesting {
    constructor(bytes32 salt) {
        bytes memory own;
        assembly ("memory-safe") {
            let size := codesize()
            own := mload(0x40)
            mstore(own, size)
            codecopy(add(own, 32), 0, size)
            mstore(0x40, and(add(add(own, size), 63), not(31)))
        }
        IDeterministicChunkFactory(msg.sender).deployDeterministic(salt, own, "");
    }
}
