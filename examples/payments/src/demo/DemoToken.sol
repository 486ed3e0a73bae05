// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ERC20 } from "solady/tokens/ERC20.sol";

/// @title DemoToken
/// @notice A token for trying the system on a test chain: anyone may mint. Not part of the system.
contract DemoToken is ERC20 {
    function name() public pure override returns (string memory) {
        return "Demo Dollar";
    }

    function symbol() public pure override returns (string memory) {
        return "DEMO";
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
