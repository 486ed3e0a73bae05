// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    event Marked(uint256 mark);

    function mark() external {
        emit Marked(0xdeadbeef);
    }
}
