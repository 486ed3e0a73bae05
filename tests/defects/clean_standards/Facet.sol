// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function decimals() external pure returns (uint8) {
        return 18;
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return id == 0x01ffc9a7 && msg.sender != address(0);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return 0x150b7a02;
    }
}
