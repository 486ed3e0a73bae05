// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    event Paid(address indexed payer, uint256 amount);

    function pay(uint256 amount) external {
        emit Paid(msg.sender, amount);
    }
}
