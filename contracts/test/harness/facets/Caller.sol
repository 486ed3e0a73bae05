// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A facet that calls out, to show what re-entrancy meets. The tool refuses its like.
contract Caller {
    /// @notice Calls `target` with `data` as the router, and passes its revert on.
    function callOut(address target, bytes calldata data) external payable returns (bytes memory) {
        return forward(target, data);
    }

    /// @notice The same by another name, so that one can be locked and the other not.
    function callOutAgain(address target, bytes calldata data) external payable returns (bytes memory) {
        return forward(target, data);
    }

    function callTwice(address target, bytes calldata first, bytes calldata second) external {
        forward(target, first);
        forward(target, second);
    }

    function staticOut(address target, bytes calldata data) external view returns (bytes memory result) {
        bool ok;
        (ok, result) = target.staticcall(data);
        if (!ok) bubble(result);
    }

    function forward(address target, bytes calldata data) private returns (bytes memory result) {
        bool ok;
        (ok, result) = target.call{ value: msg.value }(data);
        if (!ok) bubble(result);
    }

    function bubble(bytes memory result) private pure {
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}

/// @notice Not a facet: a contract outside, which calls what it was told to when it is called or paid.
contract Reentrant {
    address public target;
    bytes public data;
    bool public succeeded;
    bytes public result;
    bool public strict;

    /// @param strict_ Whether a failure of the inner call is passed on.
    function arm(address target_, bytes calldata data_, bool strict_) external {
        (target, data, strict) = (target_, data_, strict_);
    }

    receive() external payable {
        strike();
    }

    fallback() external payable {
        strike();
    }

    /// @notice Starts the attack from here.
    function attack(address first, bytes calldata call_)
        external
        payable
        returns (bool ok, bytes memory back)
    {
        return first.call{ value: msg.value }(call_);
    }

    function strike() private {
        if (target == address(0)) return;
        (bool ok, bytes memory back) = target.call(data);
        (succeeded, result) = (ok, back);
        if (strict && !ok) {
            assembly ("memory-safe") {
                revert(add(back, 32), mload(back))
            }
        }
    }
}
