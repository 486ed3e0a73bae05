// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address public admin;

    function initialize(uint256 x) external {
        require(x > 1000);
        admin = msg.sender;
    }
}
