// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { AppStorage } from "./AppStorage.sol";

contract VaultFacet {
    AppStorage private s;

    function deposit() external payable {
        s.balances[msg.sender] += msg.value;
        s.total += msg.value;
    }

    function balanceOf(address account) external view returns (uint256) {
        return s.balances[account];
    }

    function total() external view returns (uint256) {
        return s.total;
    }

    /// Goes with the upgrade.
    function legacy() external pure returns (uint256) {
        return 1;
    }
}
