// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address private constant FACTORY = 0x7E4D2A91bF05c3680De17a94b2f6C85013da9e6b;

    function pairFor(address a, address b) external pure returns (address) {
        bytes32 salt = keccak256(abi.encodePacked(a, b));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", FACTORY, salt, keccak256("pair"))))));
    }
}
