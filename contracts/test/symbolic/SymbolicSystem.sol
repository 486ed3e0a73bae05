// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../src/interfaces/IDeterministicChunkFactory.sol";
import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxLauncher } from "../../src/interfaces/IPayRoxLauncher.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan, SystemConfig } from "../../src/interfaces/PayRoxTypes.sol";
import { COLD, LOCK, PAUSE_EXEMPT, PIN } from "../harness/Flags.sol";
import { Manifests, Route } from "../harness/Manifests.sol";
import { Test } from "../harness/Test.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { Views } from "../harness/facets/Views.sol";
import { Svm } from "./Svm.sol";

/// @notice A live system for halmos, from the release bytes: two facets, four routes, one of each way to be served.
/// @dev Addresses are constants: halmos knows no key of an address.
abstract contract SymbolicSystem is Test {
    Svm internal constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
    uint256 internal constant START = 1_800_000_000;
    uint32 internal constant DELAY = 1 days;
    uint32 internal constant WINDOW = 7 days;
    address internal constant OWNER = address(0x0E0001);
    address internal constant BOOTSTRAPPER = address(0x0E0002);
    address internal constant GUARDIAN = address(0x0E0003);
    address internal constant OPERATOR = address(0x0E0004);
    IDeterministicChunkFactory internal factory;
    address internal extension;
    address internal implementation;
    address internal launcher;
    IManifestDispatcher internal dispatcher;
    IPayRoxRouter internal router;
    address internal counter;
    address internal views;

    function setUp() public virtual {
        vm.warp(START);
        factory = IDeterministicChunkFactory(create("DeterministicChunkFactory", ""));
        extension = create("PayRoxRouterExtension", "");
        implementation = create("ManifestDispatcher", abi.encode(factory, extension));
        launcher = create("PayRoxLauncher", abi.encode(implementation));
        counter = address(new Counter());
        views = address(new Views());
        (address dispatcher_, address router_) = IPayRoxLauncher(launcher).launch(config());
        (dispatcher, router) = (IManifestDispatcher(dispatcher_), IPayRoxRouter(router_));
        activate(BOOTSTRAPPER, planFor(firstRoutes()));
    }

    function config() private pure returns (SystemConfig memory) {
        address[] memory guardians = new address[](1);
        guardians[0] = GUARDIAN;
        address[] memory operators = new address[](1);
        operators[0] = OPERATOR;
        return SystemConfig("symbolic", OWNER, BOOTSTRAPPER, guardians, operators, DELAY, address(0));
    }

    function create(string memory name, bytes memory arguments) private returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(string.concat("release/", name, ".json")), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        require(created != address(0), "it was not created");
    }

    /// @notice Fast; locked; pinned and exempt; cold.
    function selectors() internal pure returns (bytes4[4] memory) {
        return [
            Views.self.selector,
            Counter.increment.selector,
            Counter.count.selector,
            Views.administrate.selector
        ];
    }

    function firstRoutes() internal view returns (Route[] memory routes) {
        routes = new Route[](4);
        routes[0] = Route(Views.self.selector, views, views.codehash, 0);
        routes[1] = Route(Counter.increment.selector, counter, counter.codehash, LOCK);
        routes[2] = Route(Counter.count.selector, counter, counter.codehash, PIN | PAUSE_EXEMPT);
        routes[3] = Route(Views.administrate.selector, views, views.codehash, COLD);
        return Manifests.sort(routes);
    }

    /// @notice The first routes, but `increment` without its lock.
    function secondRoutes() internal view returns (Route[] memory routes) {
        routes = firstRoutes();
        for (uint256 i = 0; i < 4; i++) {
            if (routes[i].selector == Counter.increment.selector) routes[i].flags = 0;
        }
    }

    /// @notice The plan that makes `routes` the next epoch.
    function planFor(Route[] memory routes) internal returns (Plan memory plan) {
        (uint64 epoch, bytes32 parent,,,) = dispatcher.active();
        (plan.manifest,) = factory.stage(Manifests.encode(routes));
        plan.router = address(router);
        plan.epoch = epoch + 1;
        plan.parent = parent;
        plan.root = Manifests.root(routes);
        plan.routes = uint16(routes.length);
        plan.window = WINDOW;
        plan.undoFor = 2 days;
    }

    function activate(address by, Plan memory plan) internal {
        vm.prank(by);
        dispatcher.stage(plan);
        vm.prank(by);
        dispatcher.activate(plan, "");
    }

    /// @notice The owner stages `plan`; its time comes; the operator activates it.
    function release(Plan memory plan) internal {
        vm.prank(OWNER);
        dispatcher.stage(plan);
        (, uint64 eta) = dispatcher.pending();
        vm.warp(eta);
        vm.prank(OPERATOR);
        dispatcher.activate(plan, "");
    }

    /// @notice Anybody but nobody and the contracts of the system, whose code is known and calls nobody by itself.
    function assumeOutside(address account) internal view {
        vm.assume(account != address(0) && !isCore(account));
    }

    function isCore(address account) internal view returns (bool) {
        return account == address(dispatcher) || account == address(router) || account == implementation
            || account == extension || account == address(factory) || account == launcher;
    }

    function epochOf() internal view returns (uint64 epoch) {
        (epoch,,,,) = dispatcher.active();
    }

    /// @notice What is active, and what was.
    function releaseState() internal view returns (bytes32) {
        (uint64 epoch, bytes32 id, address manifest, bytes32 root, uint64 at) = dispatcher.active();
        bytes32 active = keccak256(abi.encode(epoch, id, manifest, root, at));
        (id, manifest, at) = dispatcher.history(1);
        return keccak256(abi.encode(active, id, manifest, at));
    }

    // --- acts ---

    /// @notice Calldata of any function of the dispatcher that changes state, and of none, with any arguments.
    function anyCalldata() internal view returns (bytes memory) {
        return svm.createCalldata("IManifestDispatcher");
    }

    /// @notice Calls the dispatcher.
    function callAs(address caller, bytes memory data) internal returns (bool ok) {
        vm.prank(caller);
        (ok,) = address(dispatcher).call(data);
    }

    function sealNow() internal {
        uint64 epoch = epochOf();
        vm.prank(OWNER);
        dispatcher.requestSeal(epoch);
        vm.warp(block.timestamp + DELAY);
        vm.prank(OWNER);
        dispatcher.seal(epoch);
    }

    function one(bytes4 selector) internal pure returns (bytes4[] memory list) {
        list = new bytes4[](1);
        list[0] = selector;
    }
}
