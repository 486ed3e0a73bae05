//! The contracts' interface, as calldata and events.
//!
//! A test compares every selector and topic here with the ABI of the committed release.

alloy_sol_types::sol! {
    #[derive(Debug, PartialEq, Eq)]
    struct SystemConfig {
        bytes32 name;
        address owner;
        address bootstrapper;
        address[] guardians;
        address[] operators;
        uint32 delay;
        address proxy;
    }

    /// What is staged, approved and activated. Its EIP-712 hash is the plan id.
    #[derive(Debug, PartialEq, Eq)]
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

    interface IPayRoxLauncher {
        function launch(SystemConfig calldata config) external returns (address dispatcher, address router);
        function predict(SystemConfig calldata config) external view returns (address dispatcher, address router);
    }

    interface IManifestDispatcher {
        function planId(Plan calldata plan) external view returns (bytes32);
        function stage(Plan calldata plan) external;
        function cancel(bytes32 planId) external;
        function activate(Plan calldata plan, bytes calldata initData) external payable;
        function rollback(uint64 expectedEpoch, uint64 targetEpoch, Plan calldata target) external;
        function undo(uint64 expectedEpoch, Plan calldata active, Plan calldata parent) external;
        function revoke(address manifest) external;
        function repair(bytes4[] calldata strays) external;
        function pause() external;
        function unpause() external;
        function halt() external;
        function forbid(bytes4[] calldata selectors) external;
        function allow(bytes4[] calldata selectors) external;
        function freeze() external;
        function unfreeze() external;
        function pauseBySig(address guardian, bytes32 nonce, uint64 deadline, bytes calldata signature) external;
        function setGuardian(address account, bool enabled) external;
        function setOperator(address account, bool enabled) external;
        function setDelay(uint32 delay) external;
        function cancelDelay() external;
        function requestSeal(uint64 epoch) external;
        function cancelSeal() external;
        function seal(uint64 epoch) external;
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
        function active() external view returns (uint64 epoch, bytes32 planId, address manifest, bytes32 root, uint64 activatedAt);
        function pending() external view returns (bytes32 planId, uint64 eta);
        function history(uint64 epoch) external view returns (bytes32 planId, address manifest, uint64 activatedAt);
        function status() external view returns (bool paused, bool halted, bool frozen, bool isSealed, uint64 floor, uint32 delay, uint64 unpauses);
        function isGuardian(address account) external view returns (bool);
        function isOperator(address account) external view returns (bool);
        function isForbidden(bytes4 selector) external view returns (bool);
        function isRevoked(address manifest) external view returns (bool);
        function verifyRoute(bytes4 selector, address facet, bytes32 codeHash, uint8 flags, uint256 index, bytes32[] calldata proof) external view returns (bool);
        function verifySystemIntegrity() external view returns (bool);
        function router() external view returns (address);
    }

    interface IPayRoxRouter {
        #[derive(Debug, PartialEq, Eq)]
        struct Facet {
            address facetAddress;
            bytes4[] functionSelectors;
        }

        function batch(bytes[] calldata calls) external returns (bytes[] memory results);
        function routeOf(bytes4 selector) external view returns (address facet, bytes32 codeHash, uint8 flags, bool installed, bool blocked);
        function dispatcher() external view returns (address);
        function manifest() external view returns (address);
        function paused() external view returns (bool);
        function owner() external view returns (address);
        function facets() external view returns (Facet[] memory);
        function facetFunctionSelectors(address facet) external view returns (bytes4[] memory);
        function facetAddresses() external view returns (address[] memory);
        function facetAddress(bytes4 selector) external view returns (address);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    interface IDeterministicChunkFactory {
        function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs) external payable returns (address);
        function deployDeterministic(bytes32 salt, bytes calldata initCode, bytes calldata constructorArgs, bytes32 expectedCodeHash) external payable returns (address);
        function deployDeterministicBatch(bytes32[] calldata salts, bytes[] calldata initCodes, bytes[] calldata constructorArgs) external returns (address[] memory);
        function stage(bytes calldata data) external returns (address chunk, bytes32 hash);
        function stageBatch(bytes[] calldata data) external returns (address[] memory chunks, bytes32[] memory hashes);
        function predict(bytes calldata data) external view returns (address chunk, bytes32 hash);
        function predictAddress(bytes32 salt, bytes32 initCodeHash) external view returns (address);
        function read(address chunk) external view returns (bytes memory);
        function exists(bytes32 hash) external view returns (bool);
        function validateBytecodeSize(bytes calldata initCode) external pure returns (bool);
    }
}
