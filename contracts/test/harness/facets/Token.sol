// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A token's balances behind the router: mutating routes with arguments and returns.
contract Token {
    error InsufficientBalance(address account, uint256 balance, uint256 amount);

    event Transfer(address indexed from, address indexed to, uint256 amount);

    function mint(address to, uint256 amount) external {
        balances()[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        mapping(address => uint256) storage held = balances();
        require(held[msg.sender] >= amount, InsufficientBalance(msg.sender, held[msg.sender], amount));

        held[msg.sender] -= amount;
        held[to] += amount;
        emit Transfer(msg.sender, to, amount);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return balances()[account];
    }

    function balances() private pure returns (mapping(address => uint256) storage held) {
        bytes32 slot = keccak256("test.token");
        assembly ("memory-safe") {
            held.slot := slot
        }
    }
}
