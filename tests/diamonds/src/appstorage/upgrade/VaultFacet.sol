// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { AppStorage } from "../AppStorage.sol";

/// The next release: a motto, another total, and nothing of the legacy.
contract VaultFacet {
    AppStorage private s;

    function deposit() external payable {
        s.balances[msg.sender] += msg.value;
        s.total += msg.value;
    }

    function balanceOf(address account) external view returns (uint256) {
        return s.balances[account];
    }

    /// In thousandths.
    function total() external view returns (uint256) {
        return s.total * 1000;
    }

    function motto() external view returns (string memory) {
        return s.motto;
    }
}
