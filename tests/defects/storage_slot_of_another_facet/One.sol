// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract One {
    uint256 private first;
    uint256 private total;

    function pay(uint256 x) external { total += x; first = x; }
}
