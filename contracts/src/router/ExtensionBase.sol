// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../interfaces/IPayRoxRouter.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";

/// @notice What the parts of the extension share.
abstract contract ExtensionBase {
    address private immutable SELF = address(this);

    modifier onlyDelegated() {
        _requireDelegated();
        _;
    }

    modifier onlyDispatcher() {
        require(msg.sender == _dispatcher(), IPayRoxRouter.NotDispatcher(msg.sender));
        _;
    }

    function _requireDelegated() internal view {
        require(address(this) != SELF, IPayRoxRouter.DirectCall());
    }

    /// @dev The word that the router puts behind the calldata.
    function _dispatcher() internal view returns (address dispatcher) {
        _requireDelegated();
        assembly ("memory-safe") {
            dispatcher := calldataload(sub(calldatasize(), 0x20))
        }
    }

    function _state() internal view returns (address manifest, uint256 status) {
        _requireDelegated();
        return RouterStorage.state();
    }

    function _bubble(bytes memory reason) internal pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
