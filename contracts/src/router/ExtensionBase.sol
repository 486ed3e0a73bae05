// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../interfaces/IPayRoxRouter.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";

/// @notice What the parts of the extension share.
abstract contract ExtensionBase {
    // A word: an address would be masked at each use.
    uint256 private immutable SELF = uint160(address(this));

    modifier onlyDelegated() {
        _requireDelegated();
        _;
    }

    modifier onlyDispatcher() {
        require(msg.sender == _dispatcher(), IPayRoxRouter.NotDispatcher(msg.sender));
        _;
    }

    function _requireDelegated() internal view {
        uint256 self = SELF;
        bool direct;
        assembly ("memory-safe") {
            direct := eq(address(), self)
        }
        require(!direct, IPayRoxRouter.DirectCall());
    }

    /// @dev The word that the router puts behind the calldata.
    function _dispatcher() internal view returns (address dispatcher) {
        _requireDelegated();
        assembly ("memory-safe") {
            dispatcher := shr(96, shl(96, calldataload(sub(calldatasize(), 0x20))))
        }
    }

    /// @dev Whether the router saw that the slot of this call is empty. If it did not look, that is false.
    function _isSlotEmpty() internal pure returns (bool empty) {
        assembly ("memory-safe") {
            empty := byte(11, calldataload(sub(calldatasize(), 0x20)))
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
