// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    event Approval(address indexed owner, address indexed approved, uint256 indexed id);

    function approve(address to, uint256 id) external returns (uint256) {
        emit Approval(msg.sender, to, id);
        return id;
    }
}
