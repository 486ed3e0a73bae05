// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice An ERC-1967 proxy with its administration in itself: `upgradeTo` and `admin` are its own.
contract Proxy {
    error NotAdmin(address caller);

    event Upgraded(address indexed implementation);

    /// @dev bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1)
    bytes32 private constant IMPLEMENTATION =
        0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    address public immutable admin;

    constructor(address admin_, address implementation) {
        admin = admin_;
        set(implementation);
    }

    function upgradeTo(address implementation) external {
        require(msg.sender == admin, NotAdmin(msg.sender));
        set(implementation);
    }

    function set(address implementation) private {
        assembly ("memory-safe") {
            sstore(IMPLEMENTATION, implementation)
        }
        emit Upgraded(implementation);
    }

    receive() external payable {
        forward();
    }

    fallback() external payable {
        forward();
    }

    function forward() private {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            let ok := delegatecall(gas(), sload(IMPLEMENTATION), data, calldatasize(), 0, 0)
            returndatacopy(data, 0, returndatasize())
            if iszero(ok) { revert(data, returndatasize()) }
            return(data, returndatasize())
        }
    }
}

/// @notice What the proxy pointed to before: it answers everything with nothing.
contract Accepting {
    uint256 public value = 7;

    fallback() external payable { }
}
