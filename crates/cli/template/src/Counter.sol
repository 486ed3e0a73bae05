// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Counts for each caller.
contract Counter {
    event Counted(address indexed by, uint256 count);

    /// @custom:storage-location erc7201:example.counter
    struct Storage {
        mapping(address => uint256) counts;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("example.counter")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant SLOT = 0x203d1026e424bd64fdd70209fedce8b07b3d09ff0539809dd408c324f5d29b00;

    function increment() external returns (uint256 count) {
        count = ++_storage().counts[msg.sender];
        emit Counted(msg.sender, count);
    }

    function reset() external {
        delete _storage().counts[msg.sender];
        emit Counted(msg.sender, 0);
    }

    function countOf(address account) external view returns (uint256) {
        return _storage().counts[account];
    }

    function _storage() private pure returns (Storage storage s) {
        bytes32 slot = SLOT;
        assembly {
            s.slot := slot
        }
    }
}
