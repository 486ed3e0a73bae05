// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address private immutable admin = msg.sender;

    function administrator() external view returns (address) {
        return admin;
    }
}
