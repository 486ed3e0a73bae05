// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address public admin;

    function initialize(bytes32 secret) external {
        require(keccak256(abi.encode(secret)) == bytes32(uint256(7)));
        admin = msg.sender;
    }
}
