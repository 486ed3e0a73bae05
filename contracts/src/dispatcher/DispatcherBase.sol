// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Create2 } from "@openzeppelin/contracts/utils/Create2.sol";
import { EIP712 } from "solady/utils/EIP712.sol";
import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { IPayRoxRouterControl } from "../interfaces/IPayRoxRouter.sol";
import { Plan } from "../interfaces/PayRoxTypes.sol";
import { PayRoxProxyRouter } from "../router/PayRoxProxyRouter.sol";
import { DispatcherStorage } from "../storage/DispatcherStorage.sol";

/// @notice What the parts of the dispatcher share: who is who, and how the router is told.
abstract contract DispatcherBase is IManifestDispatcher, EIP712 {
    bytes32 private constant PLAN_TYPEHASH = keccak256(
        "Plan(address router,uint64 epoch,bytes32 parent,address manifest,bytes32 root,uint16 routes,address initTarget,bytes32 initCodeHash,bytes32 initDataHash,uint64 notBefore,uint32 window,uint32 undoFor,uint64 floor)"
    );

    uint32 internal constant MIN_DELAY = 1 seconds;
    uint32 internal constant MAX_DELAY = 90 days;

    /// @dev A guardian's `guardianUntil`.
    uint64 internal constant FOR_EVER = type(uint64).max;

    /// @dev Where a clone's immutable arguments begin, and each of them.
    uint256 internal constant ARGS = 0x2d;
    uint256 internal constant LAUNCHER_ARG = 0;
    uint256 internal constant PROXY_ARG = 20;
    uint256 internal constant BOOTSTRAPPER_ARG = 40;
    uint256 internal constant OWNER_ARG = 60;
    uint256 internal constant DELAY_ARG = 80;
    uint256 internal constant GUARDIANS_ARG = 84;

    address internal immutable IMPLEMENTATION = address(this);
    address internal immutable EXTENSION;
    address internal immutable FACTORY;
    bytes32 internal immutable ROUTER_HASH;

    constructor(address factory, address extension) {
        FACTORY = factory;
        EXTENSION = extension;
        ROUTER_HASH = keccak256(abi.encodePacked(type(PayRoxProxyRouter).creationCode, abi.encode(extension)));
        // Systems are clones. This one is none.
        _store().initialized = true;
    }

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    modifier onlyOwnerOrGuardian() {
        _requireOwnerOrGuardian();
        _;
    }

    modifier notSealed() {
        _requireNotSealed();
        _;
    }

    function _requireOwner() internal view {
        require(msg.sender == _store().owner, Unauthorized(msg.sender));
    }

    function _requireOwnerOrGuardian() internal view {
        require(_isGuardian(msg.sender) || msg.sender == _store().owner, Unauthorized(msg.sender));
    }

    function _requireNotSealed() internal view {
        require(_store().flags & DispatcherStorage.SEALED == 0, SystemSealed());
    }

    function _store() internal pure returns (DispatcherStorage.Layout storage) {
        return DispatcherStorage.layout();
    }

    function _isGuardian(address account) internal view returns (bool) {
        return _store().roles[account].guardianUntil == FOR_EVER;
    }

    /// @dev Only epoch 1 is the bootstrapper's.
    function _isBootstrapping() internal view returns (bool) {
        return _store().epoch == 0 && msg.sender == _addressArg(BOOTSTRAPPER_ARG);
    }

    /// @dev The delay in force: what was asked for replaces it when its time has come, without a further call.
    function _delay() internal view returns (uint32) {
        DispatcherStorage.Layout storage $ = _store();
        uint64 at = $.nextDelayAt;
        return at != 0 && block.timestamp >= at ? $.nextDelay : $.delay;
    }

    function _addressArg(uint256 at) internal view returns (address arg) {
        assembly ("memory-safe") {
            extcodecopy(address(), 0, add(ARGS, at), 20)
            arg := shr(96, mload(0))
        }
    }

    function _router() internal view returns (address router) {
        router = _addressArg(PROXY_ARG);
        if (router == address(0)) router = _routerImplementation();
    }

    function _routerImplementation() internal view returns (address) {
        return Create2.computeAddress(0, ROUTER_HASH, address(this));
    }

    function _control() internal view returns (IPayRoxRouterControl) {
        return IPayRoxRouterControl(_router());
    }

    /// @dev What the router is told about pause and halt.
    function _status() internal view returns (uint256) {
        return _store().flags & DispatcherStorage.STATUS;
    }

    function _setFlag(uint8 flag, bool on) internal {
        DispatcherStorage.Layout storage $ = _store();
        $.flags = on ? $.flags | flag : $.flags & ~flag;
    }

    /// @dev The contracts of this system: no owner, guardian, operator, init target or facet.
    function _core() internal view returns (address[7] memory) {
        return [
            address(this),
            _router(),
            _routerImplementation(),
            IMPLEMENTATION,
            EXTENSION,
            FACTORY,
            _addressArg(LAUNCHER_ARG)
        ];
    }

    function _requireAccount(address account) internal view {
        bool valid = account != address(0);
        address[7] memory core = _core();
        for (uint256 i; i < 7; ++i) {
            if (account == core[i]) valid = false;
        }
        require(valid, InvalidAccount(account));
    }

    function _requireDelay(uint32 delay) internal pure {
        require(delay >= MIN_DELAY && delay <= MAX_DELAY, DelayOutOfRange(delay));
    }

    function _planId(Plan memory plan) internal view returns (bytes32) {
        bytes32 typehash = PLAN_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            // In memory a plan is what `abi.encode` makes of it.
            let m := mload(0x40)
            mstore(m, typehash)
            mcopy(add(m, 0x20), plan, 416)
            structHash := keccak256(m, 448)
        }
        return _hashTypedData(structHash);
    }

    /// @dev Withdraws the pending plan, delay and seal. What is in force stays in force.
    function _cancelPending() internal {
        _cancelPlan();
        _cancelDelay();
        _cancelSeal();
    }

    function _cancelPlan() internal {
        DispatcherStorage.Layout storage $ = _store();
        if ($.eta == 0) return;
        $.eta = 0;
        emit PlanCancelled($.records[$.epoch + 1].planId, msg.sender);
    }

    function _cancelDelay() internal {
        DispatcherStorage.Layout storage $ = _store();
        if ($.nextDelayAt == 0) return;
        if (block.timestamp >= $.nextDelayAt) $.delay = $.nextDelay;
        else emit DelayCancelled(msg.sender);
        $.nextDelayAt = 0;
    }

    function _cancelSeal() internal {
        DispatcherStorage.Layout storage $ = _store();
        if ($.sealAt == 0) return;
        $.sealAt = 0;
        emit SealCancelled(msg.sender);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("PayRox", "1");
    }
}
