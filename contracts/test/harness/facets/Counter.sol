// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice State behind the router: a number and who changed it last, in a namespace of its own.
contract Counter {
    error CounterFailed(uint256 code);

    event Incremented(address indexed by, uint256 count);

    struct Layout {
        uint256 count;
        address lastCaller;
        uint256 received;
    }

    /// @dev `keccak256("test.counter")`, so that nothing else lies there.
    bytes32 internal constant LAYOUT = keccak256("test.counter");

    function increment() external returns (uint256 next) {
        Layout storage $ = layout();
        $.count += 1;
        $.lastCaller = msg.sender;
        emit Incremented(msg.sender, $.count);
        return $.count;
    }

    function setCount(uint256 value) external {
        layout().count = value;
    }

    function pay() external payable returns (uint256) {
        layout().received += msg.value;
        return msg.value;
    }

    function withdraw(address payable to, uint256 amount) external {
        (bool ok,) = to.call{ value: amount }("");
        require(ok, CounterFailed(0));
    }

    function failWith(uint256 code) external pure {
        revert CounterFailed(code);
    }

    function burnGas() external pure {
        while (true) { }
    }

    /// @notice Reverts with `size` bytes of return data.
    function bomb(uint256 size) external pure {
        assembly {
            revert(0, size)
        }
    }

    function count() external view returns (uint256) {
        return layout().count;
    }

    function lastCaller() external view returns (address) {
        return layout().lastCaller;
    }

    function received() external view returns (uint256) {
        return layout().received;
    }

    function layout() private pure returns (Layout storage $) {
        bytes32 slot = LAYOUT;
        assembly ("memory-safe") {
            $.slot := slot
        }
    }
}

/// @notice The next version of `Counter`: the same storage, `increment` in steps of ten, and one function more.
contract CounterByTen {
    event Incremented(address indexed by, uint256 count);

    function increment() external returns (uint256 next) {
        bytes32 slot = keccak256("test.counter");
        assembly ("memory-safe") {
            next := add(sload(slot), 10)
            sstore(slot, next)
        }
        emit Incremented(msg.sender, next);
    }

    function count() external view returns (uint256 value) {
        bytes32 slot = keccak256("test.counter");
        assembly ("memory-safe") {
            value := sload(slot)
        }
    }

    function step() external pure returns (uint256) {
        return 10;
    }
}
