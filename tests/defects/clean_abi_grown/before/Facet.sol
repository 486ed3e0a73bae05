// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    event Paid(address indexed payer, uint256 amount);

    function fee(address) external returns (uint16) {
        emit Paid(msg.sender, 1);
        return 100;
    }
}
