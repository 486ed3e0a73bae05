// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract None {
    function nothing() external pure { }
}
