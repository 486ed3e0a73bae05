// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function sweep() external {
        payable(0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B).transfer(address(this).balance);
    }
}
