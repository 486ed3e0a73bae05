// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface IERC20 {
    function approve(address spender, uint256 amount) external returns (bool);
}

contract Facet {
    function allow(IERC20 token) external {
        token.approve(0x00c02aaA39b223fE8D0A0e5c4f27EaD9083c756C, type(uint256).max);
    }
}
