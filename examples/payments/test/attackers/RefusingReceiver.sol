// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Accepts no ether.
contract RefusingReceiver {
    error Refused();

    receive() external payable {
        revert Refused();
    }
}
