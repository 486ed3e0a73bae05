// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract One {
    bool transient entered;

    function one() external {
        require(!entered);
        entered = true;
    }
}
