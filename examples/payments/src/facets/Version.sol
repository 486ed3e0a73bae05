// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IVersion } from "../interfaces/IVersion.sol";
import { HeartbeatStorage } from "../storage/HeartbeatStorage.sol";

/// @title Version
contract Version is IVersion {
    /// @inheritdoc IVersion
    function version() external pure returns (string memory) {
        return "1.0.0";
    }

    /// @inheritdoc IVersion
    function systemName() external pure returns (string memory) {
        return "PayRox Payments";
    }

    /// @inheritdoc IVersion
    function heartbeat() external {
        HeartbeatStorage.layout().last[msg.sender] = uint64(block.timestamp);

        emit Heartbeat(msg.sender);
    }

    /// @inheritdoc IVersion
    function lastHeartbeat(address keeper) external view returns (uint64) {
        return HeartbeatStorage.layout().last[keeper];
    }
}
