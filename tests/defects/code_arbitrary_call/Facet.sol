// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function execute(address[] calldata targets, bytes[] memory data) external returns (bytes[] memory results) {
        results = new bytes[](targets.length);
        for (uint256 i = 0; i < targets.length; i++) {
            bool done;
            (done, results[i]) = targets[i].call(data[i]);
            require(done);
        }
    }
}
