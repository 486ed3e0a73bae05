// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Calls `target`, if there is one, with `data` whenever ether arrives, and keeps what came of it.
contract Reentrant {
    address public target;
    bytes public data;
    uint256 public value;

    uint256 public attempts;
    bool public succeeded;
    bytes public answer;

    function aim(address target_, bytes calldata data_, uint256 value_) external {
        (target, data, value) = (target_, data_, value_);
    }

    function run(address to, bytes calldata call, uint256 value_) external payable {
        (bool ok, bytes memory result) = to.call{ value: value_ }(call);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }

    receive() external payable {
        if (target == address(0)) return;
        attempts++;
        (succeeded, answer) = target.call{ value: value }(data);
    }
}
