// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Create2 } from "@openzeppelin/contracts/utils/Create2.sol";
import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { Plan } from "../interfaces/PayRoxTypes.sol";
import { ChunkCode } from "../libraries/ChunkCode.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { ManifestCheck } from "../libraries/ManifestCheck.sol";
import { DispatcherStorage } from "../storage/DispatcherStorage.sol";
import { DispatcherBase } from "./DispatcherBase.sol";

/// @notice From a plan to an epoch, and back.
abstract contract LifeCycle is DispatcherBase {
    using DispatcherStorage for DispatcherStorage.Layout;
    using ManifestCheck for Manifest;

    uint256 private constant MAX_AHEAD = 365 days;
    uint32 private constant MIN_WINDOW = 1 hours;
    uint32 private constant MAX_WINDOW = 30 days;

    /// @inheritdoc IManifestDispatcher
    function stage(Plan memory plan) external notSealed {
        DispatcherStorage.Layout storage $ = _store();
        bool bootstrapping = _isBootstrapping();
        if (!bootstrapping) _requireOwner();
        require($.flags & DispatcherStorage.FROZEN == 0, SystemFrozen());
        uint64 epoch = $.epoch;
        uint64 eta = $.eta;
        require(
            eta == 0 || block.timestamp > uint256(eta) + $.window, PlanPending($.records[epoch + 1].planId)
        );

        _requireSuccessor(plan, epoch);
        eta = _eta(plan, bootstrapping ? 0 : _delay());
        _requireInitCode(plan);
        _requireManifest(plan);

        bytes32 id = _planId(plan);
        $.records[epoch + 1].planId = id;
        $.eta = eta;
        $.window = plan.window;

        emit PlanStaged(id, eta, plan);
    }

    /// @inheritdoc IManifestDispatcher
    function cancel(bytes32 id) external {
        DispatcherStorage.Layout storage $ = _store();
        require(
            msg.sender == $.owner || block.timestamp <= $.roles[msg.sender].guardianUntil,
            Unauthorized(msg.sender)
        );
        _requirePending(id);

        _cancelPlan();
    }

    /// @inheritdoc IManifestDispatcher
    function activate(Plan memory plan, bytes calldata initData) external payable notSealed {
        DispatcherStorage.Layout storage $ = _store();
        require(
            msg.sender == $.owner || $.roles[msg.sender].operator || _isBootstrapping(),
            Unauthorized(msg.sender)
        );
        require($.flags & DispatcherStorage.FROZEN == 0, SystemFrozen());
        bytes32 id = _planId(plan);
        _requirePending(id);
        uint256 eta = $.eta;
        require(block.timestamp >= eta, TooEarly(eta, block.timestamp));
        require(block.timestamp <= eta + $.window, Expired(eta + $.window, block.timestamp));
        _requireInitCode(plan);
        _requireInitData(plan, initData);

        $.eta = 0;
        if (plan.floor > $.floor) $.floor = plan.floor;
        $.undoUntil = plan.undoFor == 0 ? 0 : uint64(block.timestamp) + plan.undoFor;
        address old = _advance(plan);
        emit PlanActivated($.epoch, id, plan.manifest, plan.root);

        _install(old, plan.manifest, plan.initTarget, initData);
    }

    /// @inheritdoc IManifestDispatcher
    function rollback(uint64 expectedEpoch, uint64 targetEpoch, Plan memory target) external onlyOwner {
        bytes32 id = _planId(target);

        address old = _return(expectedEpoch, targetEpoch, target, id);
        emit RolledBack(expectedEpoch + 1, id, target.manifest, targetEpoch);

        _install(old, target.manifest, address(0), msg.data[:0]);
    }

    /// @inheritdoc IManifestDispatcher
    function undo(uint64 expectedEpoch, Plan memory activePlan, Plan memory parent) external {
        DispatcherStorage.Layout storage $ = _store();
        require(_isGuardian(msg.sender), Unauthorized(msg.sender));
        require(expectedEpoch == $.epoch, WrongEpoch(expectedEpoch, $.epoch));
        uint64 until = $.undoUntil;
        require(until != 0, NothingToUndo(expectedEpoch));
        require(block.timestamp <= until, Expired(until, block.timestamp));
        bytes32 id = _planId(activePlan);
        _requirePlan(id, $.records[expectedEpoch].planId);
        id = _planId(parent);
        _requirePlan(id, activePlan.parent);

        address old = _return(expectedEpoch, expectedEpoch - 1, parent, id);
        emit Undone(expectedEpoch + 1, id, parent.manifest, msg.sender);

        _install(old, parent.manifest, address(0), msg.data[:0]);
    }

    /// @inheritdoc IManifestDispatcher
    function revoke(address manifest) external onlyOwner notSealed {
        _store().revoked[manifest] = true;

        emit ManifestRevoked(manifest);
    }

    /// @inheritdoc IManifestDispatcher
    function repair(bytes4[] calldata strays) external onlyOwner {
        DispatcherStorage.Layout storage $ = _store();

        emit Repaired($.epoch, strays);

        _control().repairRoutes($.manifest, _status(), _store().forbiddenList(), strays);
    }

    /// @dev Guards and effects of going back to the manifest of an earlier epoch.
    function _return(uint64 expectedEpoch, uint64 targetEpoch, Plan memory target, bytes32 id)
        private
        notSealed
        returns (address old)
    {
        DispatcherStorage.Layout storage $ = _store();
        require(expectedEpoch == $.epoch, WrongEpoch(expectedEpoch, $.epoch));
        require(targetEpoch != 0 && targetEpoch < expectedEpoch, NotAnEarlierEpoch(targetEpoch));
        require(targetEpoch >= $.floor, BelowFloor(targetEpoch, $.floor));
        _requirePlan(id, $.records[targetEpoch].planId);
        require(!$.revoked[target.manifest], Revoked(target.manifest));

        _cancelPending();
        $.undoUntil = 0;
        $.records[expectedEpoch + 1].planId = id;
        old = _advance(target);
    }

    /// @dev Makes the next epoch, whose plan id is recorded already.
    function _advance(Plan memory plan) private returns (address old) {
        DispatcherStorage.Layout storage $ = _store();
        ManifestCodec.load(plan.manifest).requireCodeHashes();

        old = $.manifest;
        uint64 epoch = $.epoch + 1;
        $.epoch = epoch;
        $.manifest = plan.manifest;
        $.root = plan.root;
        DispatcherStorage.Record storage record = $.records[epoch];
        record.manifest = plan.manifest;
        record.activatedAt = uint64(block.timestamp);
    }

    function _install(address old, address manifest, address initTarget, bytes calldata initData) private {
        bool installed = _control().install{ value: msg.value }(
            old, manifest, _status(), _store().forbiddenList(), initTarget, initData
        );
        require(installed, WrongRouter(_router(), address(0)));
    }

    function _requirePending(bytes32 id) private view {
        DispatcherStorage.Layout storage $ = _store();
        require($.eta != 0, NothingPending());
        _requirePlan(id, $.records[$.epoch + 1].planId);
    }

    function _requirePlan(bytes32 given, bytes32 expected) private pure {
        require(given == expected, WrongPlan(given, expected));
    }

    function _requireSuccessor(Plan memory plan, uint64 epoch) private view {
        address router_ = _router();
        require(plan.router == router_, WrongRouter(plan.router, router_));
        require(plan.epoch == epoch + 1, WrongEpoch(plan.epoch, epoch + 1));
        bytes32 parent = _store().records[epoch].planId;
        require(plan.parent == parent, WrongParent(plan.parent, parent));
        require(plan.window >= MIN_WINDOW && plan.window <= MAX_WINDOW, WindowOutOfRange(plan.window));
        require(plan.floor <= plan.epoch, FloorAboveEpoch(plan.floor, plan.epoch));
    }

    function _eta(Plan memory plan, uint256 delay) private view returns (uint64) {
        uint256 eta = block.timestamp + delay;
        if (plan.notBefore > eta) eta = plan.notBefore;
        require(eta <= block.timestamp + MAX_AHEAD, EtaTooFar(eta, block.timestamp + MAX_AHEAD));
        return uint64(eta);
    }

    function _requireInitCode(Plan memory plan) private view {
        bytes32 actual;
        if (plan.initTarget != address(0)) {
            _requireAccount(plan.initTarget);
            // A delegated account has the hash of a pointer, whatever runs behind it (EIP-7702).
            require(bytes1(plan.initTarget.code) != 0xef, InvalidAccount(plan.initTarget));
            require(plan.initTarget.code.length != 0, InvalidAccount(plan.initTarget));
            actual = plan.initTarget.codehash;
        } else {
            require(plan.initDataHash == 0, InitDataMismatch(plan.initDataHash, 0));
        }
        require(plan.initCodeHash == actual, InitCodeMismatch(plan.initTarget, plan.initCodeHash, actual));
    }

    function _requireInitData(Plan memory plan, bytes calldata initData) private view {
        bool none = plan.initTarget == address(0);
        bytes32 actual = none && initData.length == 0 ? bytes32(0) : keccak256(initData);
        require(plan.initDataHash == actual, InitDataMismatch(plan.initDataHash, actual));
        require(!none || msg.value == 0, UnexpectedValue(msg.value));
    }

    function _requireManifest(Plan memory plan) private view {
        (bytes32 hash, uint256 data, uint256 size) = ChunkCode.read(plan.manifest);
        require(Create2.computeAddress(0, hash, FACTORY) == plan.manifest, NotAManifest(plan.manifest));

        Manifest manifest = Manifest.wrap(data);
        manifest.requireForm(size);
        manifest.requireFacets(_core());
        if (_addressArg(PROXY_ARG) != address(0)) manifest.requireNotProxys();
        manifest.requireRoutes();
        bytes32 root = manifest.root();
        require(plan.root == root && root != 0, RootMismatch(plan.root, root));
        uint256 count = manifest.routeCount();
        require(plan.routes == count, RouteCountMismatch(plan.routes, count));
    }
}
