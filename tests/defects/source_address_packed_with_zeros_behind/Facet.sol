// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address private constant TREASURY = 0xC1F86e0B37A9d254e8b016f7923dc54aB80e6F48;

    function treasury() external pure returns (bytes memory) {
        return abi.encodePacked(TREASURY);
    }
}
