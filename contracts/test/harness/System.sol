// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan, SystemConfig } from "../../src/interfaces/PayRoxTypes.sol";
import { Core } from "./Core.sol";
import { ROUTES } from "./Flags.sol";
import { Manifests, Route } from "./Manifests.sol";

/// @notice One launched system without a manifest yet, its actors, and what it takes to give it one.
/// @dev Routes are collected with `add`, then `take` gives them sorted:
///
///     add(address(counter), Counter.increment.selector, LOCK);
///     Plan memory plan = release(take());
abstract contract System is Core {
    uint256 internal constant START = 1_800_000_000;
    uint32 internal constant DELAY = 1 days;
    uint32 internal constant WINDOW = 7 days;
    uint32 internal constant UNDO_FOR = 2 days;

    address internal owner;
    address internal bootstrapper;
    address internal guardian;
    address internal otherGuardian;
    address internal operator;
    address internal stranger;
    uint256 internal ownerKey;
    uint256 internal guardianKey;
    uint256 internal strangerKey;

    SystemConfig internal config;
    IManifestDispatcher internal dispatcher;
    IPayRoxRouter internal router;

    /// @notice What was activated by `release`, `activate` and `rollbackTo`, by epoch. Manifests by chunk.
    mapping(uint64 epoch => Plan) internal planOf;
    mapping(address manifest => bytes) internal bytesOf;

    Route[] private draft;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        (owner, ownerKey) = makeActor("owner");
        (bootstrapper,) = makeActor("bootstrapper");
        (guardian, guardianKey) = makeActor("guardian");
        (otherGuardian,) = makeActor("other guardian");
        (operator,) = makeActor("operator");
        (stranger, strangerKey) = makeActor("stranger");

        deployCore();
        config = systemConfig();
        (address dispatcher_, address router_) = launcher.launch(config);
        dispatcher = IManifestDispatcher(dispatcher_);
        router = IPayRoxRouter(router_);
        vm.label(dispatcher_, "dispatcher");
        vm.label(router_, "router");
    }

    /// @notice Override to launch something else.
    function systemConfig() internal virtual returns (SystemConfig memory) {
        address[] memory guardians = new address[](2);
        (guardians[0], guardians[1]) = (guardian, otherGuardian);
        address[] memory operators = new address[](1);
        operators[0] = operator;
        return SystemConfig({
            name: "test",
            owner: owner,
            bootstrapper: bootstrapper,
            guardians: guardians,
            operators: operators,
            delay: DELAY,
            proxy: address(0)
        });
    }

    // --- manifests ---

    /// @notice Collects a route; the code hash is what lies at `facet` now.
    function add(address facet, bytes4 selector, uint8 flags) internal {
        draft.push(Route(selector, facet, facet.codehash, flags));
    }

    function add(address facet, bytes4 a, bytes4 b, uint8 flags) internal {
        add(facet, a, flags);
        add(facet, b, flags);
    }

    function add(address facet, bytes4 a, bytes4 b, bytes4 c, uint8 flags) internal {
        add(facet, a, b, flags);
        add(facet, c, flags);
    }

    function addAll(Route[] memory routes) internal {
        for (uint256 i = 0; i < routes.length; i++) {
            draft.push(routes[i]);
        }
    }

    /// @notice The collected routes in canonical order; the next collection starts empty.
    function take() internal returns (Route[] memory routes) {
        routes = Manifests.sort(draft);
        delete draft;
    }

    /// @notice `count` routes to `facet` with the selectors from `first` on, for manifests of a given size.
    function manyRoutes(address facet, uint32 first, uint256 count, uint8 flags)
        internal
        view
        returns (Route[] memory routes)
    {
        routes = new Route[](count);
        for (uint256 i = 0; i < count; i++) {
            routes[i] = Route(bytes4(first + uint32(i)), facet, facet.codehash, flags);
        }
    }

    // --- plans ---

    /// @notice The plan that makes `routes` the next epoch; its manifest is staged as a chunk.
    function planFor(Route[] memory routes) internal returns (Plan memory) {
        return planForBytes(Manifests.encode(routes), Manifests.root(routes), uint16(routes.length));
    }

    /// @notice The same for bytes that need not be a manifest.
    function planForBytes(bytes memory manifest, bytes32 root, uint16 routes)
        internal
        returns (Plan memory plan)
    {
        (uint64 epoch, bytes32 parent,,,) = dispatcher.active();
        (,,,, uint64 floor,,) = dispatcher.status();
        (address chunk,) = factory.stage(manifest);
        bytesOf[chunk] = manifest;
        plan.router = address(router);
        plan.epoch = epoch + 1;
        plan.parent = parent;
        plan.manifest = chunk;
        plan.root = root;
        plan.routes = routes;
        plan.window = WINDOW;
        plan.undoFor = UNDO_FOR;
        plan.floor = floor;
    }

    /// @notice `plan` with an init call; `withInit(plan, address(0), "")` takes it out again.
    function withInit(Plan memory plan, address target, bytes memory data)
        internal
        view
        returns (Plan memory)
    {
        plan.initTarget = target;
        plan.initCodeHash = target == address(0) ? bytes32(0) : target.codehash;
        plan.initDataHash = target == address(0) ? bytes32(0) : keccak256(data);
        return plan;
    }

    // --- the life cycle; each acts as who may ---

    function stage(Plan memory plan) internal returns (bytes32 id) {
        vm.prank(plan.epoch == 1 ? bootstrapper : owner);
        dispatcher.stage(plan);
        return dispatcher.planId(plan);
    }

    /// @notice Chain time moves on to the pending plan's `eta`.
    function warpToEta() internal {
        (, uint64 eta) = dispatcher.pending();
        if (eta > vm.getBlockTimestamp()) vm.warp(eta);
    }

    function activate(Plan memory plan) internal {
        activate(plan, "");
    }

    function activate(Plan memory plan, bytes memory initData) internal {
        vm.prank(plan.epoch == 1 ? bootstrapper : operator);
        dispatcher.activate(plan, initData);
        planOf[plan.epoch] = plan;
    }

    /// @notice Stages, waits and activates.
    function release(Plan memory plan, bytes memory initData) internal returns (Plan memory) {
        stage(plan);
        warpToEta();
        activate(plan, initData);
        return plan;
    }

    function release(Route[] memory routes) internal returns (Plan memory) {
        return release(planFor(routes), "");
    }

    /// @notice The owner goes back to `epoch`.
    function rollbackTo(uint64 epoch) internal {
        Plan memory target = planOf[epoch];
        uint64 current = activeEpoch();
        vm.prank(owner);
        dispatcher.rollback(current, epoch, target);
        planOf[current + 1] = target;
    }

    // --- what is ---

    function activeEpoch() internal view returns (uint64 epoch) {
        (epoch,,,,) = dispatcher.active();
    }

    function activeManifest() internal view returns (address manifest) {
        (,, manifest,,) = dispatcher.active();
    }

    function pendingPlan() internal view returns (bytes32 id) {
        (id,) = dispatcher.pending();
    }

    function isPaused() internal view returns (bool paused) {
        (paused,,,,,,) = dispatcher.status();
    }

    /// @notice The storage slot of a hot route.
    function slotOf(bytes4 selector) internal pure returns (bytes32) {
        return bytes32(uint256(ROUTES) + uint32(selector));
    }

    function rawRoute(bytes4 selector) internal view returns (address facet, uint8 flags, bytes11 prefix) {
        uint256 word = uint256(vm.load(address(router), slotOf(selector)));
        return
            (address(uint160(word)), uint8(word >> 160), bytes11(bytes32(word & ~uint256(type(uint168).max))));
    }

    /// @notice That the loupe, `routeOf`, the slots, the code and a proof on chain agree with `routes`.
    function assertServed(Route[] memory routes) internal view {
        Route[] memory resolved = Manifests.resolve(routes);
        for (uint256 i = 0; i < resolved.length; i++) {
            assertRouteServed(routes, resolved[i], i);
        }
        assertEq(servedCount(), routes.length, "the loupe lists another number of routes");
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity is denied");
    }

    function assertRouteServed(Route[] memory routes, Route memory route, uint256 index) private view {
        string memory name = vm.toString(abi.encodePacked(route.selector));
        assertInstalled(route, name);
        bytes32[] memory proof = Manifests.proof(routes, index);
        assertTrue(
            dispatcher.verifyRoute(route.selector, route.facet, route.codeHash, route.flags, index, proof),
            string.concat(name, " has no proof")
        );
        if (route.flags & 0x20 != 0) return; // RECEIVE names no facet
        (address slotFacet,,) = rawRoute(route.selector);
        bool cold = route.flags & 0x10 != 0;
        assertEq(slotFacet, cold ? address(0) : route.facet, string.concat(name, " in its slot"));
    }

    function assertInstalled(Route memory route, string memory name) private view {
        (address facet, bytes32 codeHash, uint8 flags, bool installed,) = router.routeOf(route.selector);
        assertTrue(installed, string.concat(name, " is not installed"));
        assertEq(uint256(flags & 0x3f), route.flags, string.concat(name, " has other flags"));
        if (route.flags & 0x20 != 0) return;
        assertEq(facet, route.facet, string.concat(name, " goes to another facet"));
        assertEq(codeHash, route.codeHash, string.concat(name, " has another code hash"));
        assertEq(router.facetAddress(route.selector), route.facet, string.concat(name, " in the loupe"));
    }

    /// @notice How many selectors the loupe lists under other addresses than the router's own.
    function servedCount() internal view returns (uint256 count) {
        IPayRoxRouter.Facet[] memory facets = router.facets();
        for (uint256 i = 0; i < facets.length; i++) {
            if (facets[i].facetAddress != address(router)) count += facets[i].functionSelectors.length;
        }
    }
}
