// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function settle(bytes32 id) external payable returns (bytes32) {
        return id;
    }
}
