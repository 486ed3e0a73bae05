// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice Everything that makes a system. Its addresses follow from these values alone.
/// @dev The dispatcher's immutable arguments are, packed:
/// `launcher 20 ‖ proxy 20 ‖ bootstrapper 20 ‖ owner 20 ‖ delay 4 ‖ guardian count 1 ‖ guardians 20 each ‖ operators 20 each`.
/// Its CREATE2 deployer is the launcher and its salt `keccak256(abi.encode(name))`.
/// @param name Distinguishes systems of otherwise equal configuration.
/// @param owner Who governs: a Safe in production. Never zero, never a contract of the system.
/// @param bootstrapper May stage and activate epoch 1 without delay; has no right afterwards. Zero: nobody.
/// @param guardians May stop, never start: at most 255.
/// @param operators May activate what the owner staged, once its time has come.
/// @param delay Seconds between staging and activation: 1 second to 90 days.
/// @param proxy An ERC-1967 proxy to be adopted, or zero for a router of its own.
struct SystemConfig {
    bytes32 name;
    address owner;
    address bootstrapper;
    address[] guardians;
    address[] operators;
    uint32 delay;
    address proxy;
}

/// @notice What a human approves. The plan id is the EIP-712 hash of these fields in this order.
/// @param router What users call: `IManifestDispatcher.router()`.
/// @param epoch The epoch this plan makes: the active one plus one.
/// @param parent The plan id active while this one is staged; zero for epoch 1.
/// @param manifest The factory's chunk holding the manifest bytes.
/// @param root The ordered Merkle root over the manifest's routes.
/// @param routes The number of routes.
/// @param initTarget Delegatecalled in the router as the last act of the activation; zero for none.
/// @param initCodeHash The code hash of `initTarget`; zero without one.
/// @param initDataHash `keccak256` of the call data for `initTarget`; zero without one.
/// @param notBefore The earliest activation, in chain time.
/// @param window Seconds from `eta` in which the plan can be activated: 1 hour to 30 days.
/// @param undoFor Seconds from activation in which a guardian can undo it.
/// @param floor The oldest epoch that can still be rolled back to once this plan is active.
struct Plan {
    address router;
    uint64 epoch;
    bytes32 parent;
    address manifest;
    bytes32 root;
    uint16 routes;
    address initTarget;
    bytes32 initCodeHash;
    bytes32 initDataHash;
    uint64 notBefore;
    uint32 window;
    uint32 undoFor;
    uint64 floor;
}
