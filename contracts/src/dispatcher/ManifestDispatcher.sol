// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { LibClone } from "solady/utils/LibClone.sol";
import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { Plan } from "../interfaces/PayRoxTypes.sol";
import { ManifestCheck } from "../libraries/ManifestCheck.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { OrderedMerkle } from "../libraries/OrderedMerkle.sol";
import { PayRoxProxyRouter } from "../router/PayRoxProxyRouter.sol";
import { DispatcherStorage } from "../storage/DispatcherStorage.sol";
import { DispatcherBase } from "./DispatcherBase.sol";
import { Governance } from "./Governance.sol";
import { LifeCycle } from "./LifeCycle.sol";
import { Stops } from "./Stops.sol";

/// @title The control plane of a system: who may change what, and when
/// @notice See `IManifestDispatcher`.
/// @dev
/// - `LifeCycle`: stage, cancel, activate, rollback, undo, revoke, repair
/// - `Stops`: pause, unpause, halt, pauseBySig, forbid, allow, freeze, unfreeze
/// - `Governance`: setGuardian, setOperator, setDelay, cancelDelay, requestSeal, cancelSeal, seal, transferOwnership, acceptOwnership
/// - `DispatcherBase`: who is who
/// - here: initialize, and the views
contract ManifestDispatcher is LifeCycle, Stops, Governance {
    using DispatcherStorage for DispatcherStorage.Layout;

    constructor(address factory, address extension) DispatcherBase(factory, extension) { }

    /// @inheritdoc IManifestDispatcher
    function initialize() external returns (address router_) {
        DispatcherStorage.Layout storage $ = _store();
        require(!$.initialized, AlreadyInitialized());

        $.initialized = true;
        new PayRoxProxyRouter{ salt: 0 }(EXTENSION);
        router_ = _router();

        bytes memory args = LibClone.argsOnClone(address(this));
        address owner_ = _addressArg(OWNER_ARG);
        uint32 delay = uint32(bytes4(_word(args, DELAY_ARG)));
        _requireAccount(owner_);
        _requireDelay(delay);
        $.delay = delay;
        _setOwner(owner_);

        uint256 at = GUARDIANS_ARG + 1;
        uint256 operators = at + 20 * uint256(uint8(args[GUARDIANS_ARG]));
        for (; at < args.length; at += 20) {
            address account = address(bytes20(_word(args, at)));
            if (at < operators) _setGuardian(account, true);
            else _setOperator(account, true);
        }
        emit Initialized(router_, owner_, _addressArg(BOOTSTRAPPER_ARG), delay);
    }

    /// @inheritdoc IManifestDispatcher
    function planId(Plan memory plan) external view returns (bytes32) {
        return _planId(plan);
    }

    /// @inheritdoc IManifestDispatcher
    function owner() external view returns (address) {
        return _store().owner;
    }

    /// @inheritdoc IManifestDispatcher
    function pendingOwner() external view returns (address) {
        return _store().pendingOwner;
    }

    /// @inheritdoc IManifestDispatcher
    function bootstrapper() external view returns (address) {
        return _addressArg(BOOTSTRAPPER_ARG);
    }

    /// @inheritdoc IManifestDispatcher
    function router() external view returns (address) {
        return _router();
    }

    /// @inheritdoc IManifestDispatcher
    function routerImplementation() external view returns (address) {
        return _routerImplementation();
    }

    /// @inheritdoc IManifestDispatcher
    function routerInitCodeHash() external view returns (bytes32) {
        return ROUTER_HASH;
    }

    /// @inheritdoc IManifestDispatcher
    function active() external view returns (uint64, bytes32, address, bytes32, uint64) {
        DispatcherStorage.Layout storage $ = _store();
        DispatcherStorage.Record storage record = $.records[$.epoch];
        return ($.epoch, record.planId, record.manifest, $.root, record.activatedAt);
    }

    /// @inheritdoc IManifestDispatcher
    function pending() external view returns (bytes32, uint64) {
        DispatcherStorage.Layout storage $ = _store();
        return $.eta == 0 ? (bytes32(0), 0) : ($.records[$.epoch + 1].planId, $.eta);
    }

    /// @inheritdoc IManifestDispatcher
    function history(uint64 epoch) external view returns (bytes32, address, uint64) {
        DispatcherStorage.Layout storage $ = _store();
        if (epoch > $.epoch) return (0, address(0), 0);
        DispatcherStorage.Record storage record = $.records[epoch];
        return (record.planId, record.manifest, record.activatedAt);
    }

    /// @inheritdoc IManifestDispatcher
    function status() external view returns (bool, bool, bool, bool, uint64, uint32, uint64) {
        DispatcherStorage.Layout storage $ = _store();
        uint8 flags = $.flags;
        return (
            flags & DispatcherStorage.PAUSED != 0,
            flags & DispatcherStorage.HALTED != 0,
            flags & DispatcherStorage.FROZEN != 0,
            flags & DispatcherStorage.SEALED != 0,
            $.floor,
            _delay(),
            $.unpauses
        );
    }

    /// @inheritdoc IManifestDispatcher
    function pendingChanges()
        external
        view
        returns (uint32 delay, uint64 delayAt, uint64 sealEpoch, uint64 sealAt)
    {
        DispatcherStorage.Layout storage $ = _store();
        if ($.nextDelayAt > block.timestamp) (delay, delayAt) = ($.nextDelay, $.nextDelayAt);
        if ($.sealAt != 0) (sealEpoch, sealAt) = ($.sealEpoch, $.sealAt);
    }

    /// @inheritdoc IManifestDispatcher
    function isGuardian(address account) external view returns (bool) {
        return _isGuardian(account);
    }

    /// @inheritdoc IManifestDispatcher
    function isOperator(address account) external view returns (bool) {
        return _store().roles[account].operator;
    }

    /// @inheritdoc IManifestDispatcher
    function isForbidden(bytes4 selector) external view returns (bool) {
        return _store().forbiddenAt[selector] != 0;
    }

    /// @inheritdoc IManifestDispatcher
    function forbidden() external view returns (bytes4[] memory) {
        return _store().forbiddenList();
    }

    /// @inheritdoc IManifestDispatcher
    function isRevoked(address manifest) external view returns (bool) {
        return _store().revoked[manifest];
    }

    /// @inheritdoc IManifestDispatcher
    function verifyRoute(
        bytes4 selector,
        address facet,
        bytes32 codeHash,
        uint8 flags,
        uint256 index,
        bytes32[] calldata proof
    ) external view returns (bool) {
        DispatcherStorage.Layout storage $ = _store();
        uint256 count = ManifestCodec.load($.manifest).routeCount();
        return OrderedMerkle.verify(
            $.root, OrderedMerkle.leaf(selector, facet, codeHash, flags), index, count, proof
        );
    }

    /// @inheritdoc IManifestDispatcher
    function verifySystemIntegrity() external view returns (bool) {
        DispatcherStorage.Layout storage $ = _store();
        address manifest = $.manifest;
        if (!ManifestCheck.hasCodeHashes(ManifestCodec.load(manifest))) return false;
        (bool ok, bytes memory answer) = _router()
            .staticcall(abi.encodeCall(_control().isIntact, (manifest, _status(), $.forbiddenList())));
        return ok && answer.length == 32 && uint256(bytes32(answer)) == 1;
    }

    function _word(bytes memory data, uint256 at) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), at))
        }
    }
}
