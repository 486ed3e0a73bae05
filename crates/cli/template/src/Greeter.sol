// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A facet: its code runs in the router's storage, so it keeps its own in a namespace of its own (ERC-7201).
contract Greeter {
    event Greeted(address indexed by, string greeting);

    error EmptyGreeting();

    /// @custom:storage-location erc7201:example.greeter
    struct Storage {
        string greeting;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("example.greeter")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant SLOT = 0x02902c63c24daf7cde0798d3302f37edb5988b9dc37a26a47b65c38bad059e00;

    function greet(string calldata greeting_) external {
        require(bytes(greeting_).length != 0, EmptyGreeting());
        _storage().greeting = greeting_;
        emit Greeted(msg.sender, greeting_);
    }

    function greeting() external view returns (string memory) {
        return _storage().greeting;
    }

    function _storage() private pure returns (Storage storage s) {
        bytes32 slot = SLOT;
        assembly {
            s.slot := slot
        }
    }
}
