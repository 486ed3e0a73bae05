// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { DemoToken } from "../../src/demo/DemoToken.sol";

/// @notice Calls back whoever sends or receives, as ERC-777 does.
contract CallbackToken is DemoToken {
    mapping(address => bytes) public hooks;
    mapping(address => bytes) public answers;
    mapping(address => bool) public succeeded;
    address public target;

    /// @dev When `account` sends or receives, the token calls `target_` with `data`, once.
    function hook(address account, address target_, bytes calldata data) external {
        target = target_;
        hooks[account] = data;
    }

    function _afterTokenTransfer(address from, address to, uint256) internal override {
        _call(from);
        _call(to);
    }

    function _call(address account) private {
        bytes memory data = hooks[account];
        if (data.length == 0) return;
        delete hooks[account];
        (succeeded[account], answers[account]) = target.call(data);
    }
}
