// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { DispatcherStorage } from "../storage/DispatcherStorage.sol";
import { DispatcherBase } from "./DispatcherBase.sol";

/// @notice Roles, the delay, the seal and ownership.
/// @dev Not OpenZeppelin's Ownable2Step: it cannot be without `renounceOwnership`, and lies at slot 0.
abstract contract Governance is DispatcherBase {
    /// @inheritdoc IManifestDispatcher
    function setGuardian(address account, bool enabled) external onlyOwner {
        _setGuardian(account, enabled);
    }

    /// @inheritdoc IManifestDispatcher
    function setOperator(address account, bool enabled) external onlyOwner notSealed {
        _setOperator(account, enabled);
    }

    /// @inheritdoc IManifestDispatcher
    function setDelay(uint32 delay) external onlyOwner notSealed {
        _requireDelay(delay);

        DispatcherStorage.Layout storage $ = _store();
        uint32 current = _delay();
        uint64 at = uint64(block.timestamp) + current;
        $.delay = current;
        $.nextDelay = delay;
        $.nextDelayAt = at;
        emit DelayRequested(delay, at);
    }

    /// @inheritdoc IManifestDispatcher
    function cancelDelay() external onlyOwnerOrGuardian {
        uint64 at = _store().nextDelayAt;
        require(at != 0 && block.timestamp < at, NothingPending());

        _cancelDelay();
    }

    /// @inheritdoc IManifestDispatcher
    function requestSeal(uint64 epoch) external onlyOwner notSealed {
        DispatcherStorage.Layout storage $ = _store();
        require(epoch != 0 && epoch == $.epoch, WrongEpoch(epoch, $.epoch));

        uint64 at = uint64(block.timestamp) + _delay();
        $.sealEpoch = epoch;
        $.sealAt = at;
        emit SealRequested(epoch, at);
    }

    /// @inheritdoc IManifestDispatcher
    function cancelSeal() external onlyOwnerOrGuardian {
        require(_store().sealAt != 0, NothingPending());

        _cancelSeal();
    }

    /// @inheritdoc IManifestDispatcher
    function seal(uint64 epoch) external onlyOwner notSealed {
        DispatcherStorage.Layout storage $ = _store();
        uint64 at = $.sealAt;
        require(at != 0, NothingPending());
        require(epoch == $.sealEpoch, WrongEpoch(epoch, $.sealEpoch));
        require(epoch == $.epoch, WrongEpoch(epoch, $.epoch));
        require(block.timestamp >= at, TooEarly(at, block.timestamp));

        $.sealAt = 0;
        _setFlag(DispatcherStorage.SEALED, true);
        _cancelPending();
        emit SystemIsSealed(epoch);
    }

    /// @inheritdoc IManifestDispatcher
    function transferOwnership(address newOwner) external onlyOwner {
        _requireAccount(newOwner);

        // To oneself: nobody is asked to accept.
        _store().pendingOwner = newOwner == msg.sender ? address(0) : newOwner;
        emit OwnershipTransferStarted(msg.sender, newOwner);
    }

    /// @inheritdoc IManifestDispatcher
    function acceptOwnership() external {
        DispatcherStorage.Layout storage $ = _store();
        require(msg.sender == $.pendingOwner, Unauthorized(msg.sender));

        $.pendingOwner = address(0);
        _cancelPending();
        _setOwner(msg.sender);
    }

    function _setOwner(address account) internal {
        DispatcherStorage.Layout storage $ = _store();
        emit OwnershipTransferred($.owner, account);
        $.owner = account;
    }

    function _setGuardian(address account, bool enabled) internal {
        _requireAccount(account);

        if (enabled) {
            _store().roles[account].guardianUntil = FOR_EVER;
        }
        // One delay to meet whoever removed it.
        else if (_isGuardian(account)) {
            _store().roles[account].guardianUntil = uint64(block.timestamp) + _delay();
        }
        emit GuardianSet(account, enabled);
    }

    function _setOperator(address account, bool enabled) internal {
        _requireAccount(account);

        _store().roles[account].operator = enabled;
        emit OperatorSet(account, enabled);
    }
}
