// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestErrors } from "./IManifestErrors.sol";
import { Plan } from "./PayRoxTypes.sol";

/// @title The control plane of a system: who may change what, and when
/// @notice Holds the active manifest, the paused flag and the forbidden set. Every act on the router carries them, because
/// a facet can write the router's storage and nothing read there can be trusted.
/// @dev A bug in this contract has no exit, by design: a pointer to a better dispatcher could be written by a facet.
interface IManifestDispatcher is IManifestErrors {
    // --- errors ---

    /// @notice The system is initialised, or this is the bare implementation.
    error AlreadyInitialized();
    /// @notice `caller` has not the role this act needs.
    error Unauthorized(address caller);
    /// @notice `account` is zero or a contract of the system, and cannot hold a role or be an init target.
    error InvalidAccount(address account);
    /// @notice The delay is not between 1 second and 90 days.
    error DelayOutOfRange(uint32 delay);
    /// @notice The system is sealed: its active manifest is final.
    error SystemSealed();
    /// @notice The system is frozen: nothing is staged or activated.
    error SystemFrozen();
    /// @notice The plan names another router.
    error WrongRouter(address given, address expected);
    /// @notice The epoch is not the one this act applies to.
    error WrongEpoch(uint64 given, uint64 expected);
    /// @notice The plan's parent is not the active plan.
    error WrongParent(bytes32 given, bytes32 expected);
    /// @notice The window is not between 1 hour and 30 days.
    error WindowOutOfRange(uint32 window);
    /// @notice The floor lies above the plan's own epoch.
    error FloorAboveEpoch(uint64 floor, uint64 epoch);
    /// @notice The plan would become due more than 365 days from now.
    error EtaTooFar(uint256 eta, uint256 latest);
    /// @notice Another plan is pending and has not expired.
    error PlanPending(bytes32 planId);
    /// @notice No plan, delay or seal is pending.
    error NothingPending();
    /// @notice The plan is not the one this act applies to.
    error WrongPlan(bytes32 given, bytes32 expected);
    /// @notice It is too early for a plan, a seal.
    error TooEarly(uint256 eta, uint256 time);
    /// @notice The plan's window, the time to undo, or the signature's deadline is over.
    error Expired(uint256 until, uint256 time);
    /// @notice The init target's code is not what the plan says. Without a target both hashes must be zero.
    error InitCodeMismatch(address target, bytes32 expected, bytes32 actual);
    /// @notice The init data is not what the plan says.
    error InitDataMismatch(bytes32 expected, bytes32 actual);
    /// @notice Ether was sent and no init target takes it.
    error UnexpectedValue(uint256 value);
    /// @notice `epoch` was never activated, or is the active one.
    error NotAnEarlierEpoch(uint64 epoch);
    /// @notice `epoch` lies below the floor.
    error BelowFloor(uint64 epoch, uint64 floor);
    /// @notice The manifest was revoked.
    error Revoked(address manifest);
    /// @notice The active epoch cannot be undone: it was undone or rolled back to, or its plan allows none.
    error NothingToUndo(uint64 epoch);
    /// @notice `selector` has no route in the active manifest.
    error NotRouted(bytes4 selector);
    /// @notice The guardian signed with this nonce before.
    error NonceUsed(address guardian, bytes32 nonce);
    /// @notice The signature is not the guardian's.
    error InvalidSignature(address guardian);

    // --- events ---

    event Initialized(address indexed router, address indexed owner, address bootstrapper, uint32 delay);
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event GuardianSet(address indexed account, bool enabled);
    event OperatorSet(address indexed account, bool enabled);
    /// @notice Carries the whole plan, so that a chain alone is enough to activate it, undo it and roll back to it.
    event PlanStaged(bytes32 indexed planId, uint64 eta, Plan plan);
    event PlanCancelled(bytes32 indexed planId, address indexed by);
    event PlanActivated(uint64 indexed epoch, bytes32 indexed planId, address indexed manifest, bytes32 root);
    event RolledBack(
        uint64 indexed epoch, bytes32 indexed planId, address indexed manifest, uint64 targetEpoch
    );
    event Undone(uint64 indexed epoch, bytes32 indexed planId, address indexed manifest, address by);
    event ManifestRevoked(address indexed manifest);
    event Repaired(uint64 indexed epoch, bytes4[] strays);
    event Paused(address indexed by);
    event Halted(address indexed by);
    event Unpaused(address indexed by, uint64 unpauses);
    event SelectorsForbidden(address indexed by, bytes4[] selectors);
    event SelectorsAllowed(address indexed by, bytes4[] selectors);
    event Frozen(address indexed by);
    event Unfrozen(address indexed by);
    event DelayRequested(uint32 delay, uint64 effectiveAt);
    event DelayCancelled(address indexed by);
    event SealRequested(uint64 indexed epoch, uint64 eta);
    event SealCancelled(address indexed by);
    event SystemIsSealed(uint64 indexed epoch);

    // --- creation ---

    /// @notice Sets the roles and creates the router. Once; takes nothing from its caller; called by the launcher in the
    /// transaction that creates this contract.
    function initialize() external returns (address router);

    // --- life cycle ---

    /// @notice The EIP-712 hash of `plan` for this chain and dispatcher: what a human approves.
    function planId(Plan calldata plan) external view returns (bytes32);

    /// @notice Proves the manifest and starts the delay. The owner's; for epoch 1 the bootstrapper's too, without delay.
    /// @dev `eta` is the later of `notBefore` and now plus the delay, and is fixed. One plan is pending; an expired one is replaced.
    function stage(Plan calldata plan) external;

    /// @notice Removes the pending plan. Owner, guardians, and for one delay a guardian who was removed.
    function cancel(bytes32 planId) external;

    /// @notice Makes the pending plan the system. Owner and operators; for epoch 1 the bootstrapper too.
    /// @dev From `eta` for `window`. Init is the last act, with the value sent. Allowed while paused, and stays paused.
    function activate(Plan calldata plan, bytes calldata initData) external payable;

    /// @notice Makes an earlier manifest a new epoch, at once; cancels the pending plan, delay and seal. The owner's; while
    /// paused and frozen too. Runs no init.
    function rollback(uint64 expectedEpoch, uint64 targetEpoch, Plan calldata target) external;

    /// @notice Rolls back to the parent of the plan that was activated last. A guardian's, once, until `undoFor` after activation.
    /// @dev Cancels what `rollback` cancels.
    function undo(uint64 expectedEpoch, Plan calldata activePlan, Plan calldata parent) external;

    /// @notice Takes a manifest out of what can be rolled back to, for ever. The owner's.
    function revoke(address manifest) external;

    /// @notice Rewrites every slot of the active manifest that differs and clears `strays`, selectors without a route.
    /// The owner's; while paused, frozen and sealed too.
    function repair(bytes4[] calldata strays) external;

    // --- stopping ---

    /// @notice Stops every route but the exempt. Owner and guardians. Pausing while paused writes again.
    function pause() external;

    /// @notice Lifts pause and halt. The owner's.
    function unpause() external;

    /// @notice Stops every route, the exempt too. Owner and guardians.
    function halt() external;

    /// @notice Stops selectors, whatever manifest comes. Owner and guardians; only what has a route, never the router's own.
    function forbid(bytes4[] calldata selectors) external;

    /// @notice Lifts `forbid`. The owner's.
    function allow(bytes4[] calldata selectors) external;

    /// @notice Stops `stage` and `activate`. Owner and guardians.
    function freeze() external;

    /// @notice Lifts `freeze`. The owner's.
    function unfreeze() external;

    /// @notice Pauses on a guardian's signature over `Pause(bytes32 nonce,uint64 deadline,uint64 unpauses)`, sent by anyone.
    /// @dev ECDSA first (65 bytes, low s), then ERC-1271, so that a delegated account's key still counts.
    function pauseBySig(address guardian, bytes32 nonce, uint64 deadline, bytes calldata signature) external;

    // --- roles, delay, seal ---

    /// @notice The owner's, at once, while frozen and sealed too. A removed guardian keeps `cancel` for one delay.
    function setGuardian(address account, bool enabled) external;

    /// @notice The owner's, at once, while frozen too; not once sealed.
    function setOperator(address account, bool enabled) external;

    /// @notice Asks for another delay, in force after the current one; what is pending keeps its time. The owner's.
    function setDelay(uint32 delay) external;

    /// @notice Withdraws `setDelay` before it is in force. Owner and guardians.
    function cancelDelay() external;

    /// @notice Asks to make the active epoch final. The owner's; `seal` follows after the delay.
    function requestSeal(uint64 epoch) external;

    /// @notice Withdraws `requestSeal`. Owner and guardians.
    function cancelSeal() external;

    /// @notice Makes the active epoch final, for ever. The owner's.
    /// @dev WARNING: nothing can be staged, activated, rolled back, undone, revoked or frozen afterwards, nor the delay or an
    /// operator changed. Pausing, forbidding, repairing, guardians and ownership go on.
    function seal(uint64 epoch) external;

    /// @notice First step of two. To the owner itself: cancels. ERC-173.
    function transferOwnership(address newOwner) external;

    /// @notice Second step; cancels the pending plan, delay and seal.
    function acceptOwnership() external;

    // --- views ---

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function bootstrapper() external view returns (address);
    function router() external view returns (address);

    /// @notice The contract that the router's code lives in: `router()`, or what an adopted proxy must point to.
    function routerImplementation() external view returns (address);

    /// @notice The init code hash of every router of this release, created by its dispatcher with salt 0.
    function routerInitCodeHash() external view returns (bytes32);

    function active()
        external
        view
        returns (uint64 epoch, bytes32 planId, address manifest, bytes32 root, uint64 activatedAt);

    /// @notice The pending plan, expired or not; zeros without one.
    function pending() external view returns (bytes32 planId, uint64 eta);

    /// @notice Zeros for an epoch that was never activated.
    function history(uint64 epoch)
        external
        view
        returns (bytes32 planId, address manifest, uint64 activatedAt);

    function status()
        external
        view
        returns (
            bool paused,
            bool halted,
            bool frozen,
            bool isSealed,
            uint64 floor,
            uint32 delay,
            uint64 unpauses
        );

    /// @notice The delay that was asked for and is not in force yet, and the seal that was asked for; zeros without.
    function pendingChanges()
        external
        view
        returns (uint32 delay, uint64 delayAt, uint64 sealEpoch, uint64 sealAt);

    function isGuardian(address account) external view returns (bool);
    function isOperator(address account) external view returns (bool);
    function isForbidden(bytes4 selector) external view returns (bool);
    function forbidden() external view returns (bytes4[] memory);
    function isRevoked(address manifest) external view returns (bool);

    /// @notice Whether the active root commits to this route at `index`.
    function verifyRoute(
        bytes4 selector,
        address facet,
        bytes32 codeHash,
        uint8 flags,
        uint256 index,
        bytes32[] calldata proof
    ) external view returns (bool);

    /// @notice Whether the router serves every route of the active manifest as approved and every facet has the approved code.
    /// @dev Cannot see a slot that no route explains: reading the router's whole storage off chain can.
    function verifySystemIntegrity() external view returns (bool);
}
