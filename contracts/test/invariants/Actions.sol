// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { Acts } from "../harness/Acts.sol";
import {
    BLOCKED,
    COLD,
    FAST,
    LOCK,
    PAUSE_EXEMPT,
    PIN,
    RECEIVE,
    STATE,
    VIEW_LOCK
} from "../harness/Flags.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Manifests, Route } from "../harness/Manifests.sol";
import { Counter, CounterByTen } from "../harness/facets/Counter.sol";
import { Views } from "../harness/facets/Views.sol";
import { Initializer } from "../harness/facets/Initializer.sol";

/// @notice What may happen to a system, at random, by anyone, and a model of it that shares no line with the contracts.
/// @dev The model is written only where an act succeeded, and what it was allowed to do is checked at the act itself.
contract Actions is LiveSystem {
    // --- the model ---

    uint64 public epoch;
    mapping(uint64 epoch => uint256 table) public routesAt;
    uint256 public stagedTable;
    Plan internal stagedPlan;
    bool public isStaged;
    uint256 public stagedAt;
    uint32 public delayThen;
    bool public paused;
    bool public halted;
    bool public frozen;
    bool public isSealed;
    uint64 public sealedEpoch;
    bytes4[] internal forbiddenSelectors;
    mapping(bytes4 selector => bool) public isForbiddenByModel;
    mapping(bytes32 planId => uint256) public initRuns;
    uint64 public initPlans;
    uint64 public undoable;
    uint256 public undoUntil;
    mapping(address manifest => bool) public revokedByModel;

    /// @notice A rule that an act broke, in words; empty while all hold.
    string public broken;

    mapping(string act => uint256) public count;

    Route[][] internal tables;
    address[] internal actors;

    /// @dev Never one of the actors, who may come to own the system.
    address internal outsider;

    function setUp() public override {
        super.setUp();
        epoch = 1;
        tables.push();
        copy(firstRoutes());
        tables.push();
        copy(secondRoutes());
        tables.push();
        add(address(counterByTen), CounterByTen.increment.selector, CounterByTen.count.selector, LOCK);
        copy(take());
        tables.push();
        add(address(counter), Counter.increment.selector, LOCK | COLD);
        add(address(counter), Counter.count.selector, COLD | PAUSE_EXEMPT);
        add(address(views), Views.echo.selector, 0);
        copy(take());
        actors = [owner, bootstrapper, guardian, otherGuardian, operator, stranger];
        (outsider,) = makeActor("outsider");
    }

    function copy(Route[] memory routes) private {
        for (uint256 i = 0; i < routes.length; i++) {
            tables[tables.length - 1].push(routes[i]);
        }
    }

    function activeTable() external view returns (Route[] memory) {
        return tables[routesAt[epoch]];
    }

    function forbiddenByModel() external view returns (bytes4[] memory) {
        return forbiddenSelectors;
    }

    function breaks(bool rule, string memory words) private {
        if (rule && bytes(broken).length == 0) broken = words;
    }

    function actor(uint256 seed) private view returns (address) {
        return actors[seed % actors.length];
    }

    // --- life cycle ---

    function stageTable(uint256 who, uint256 table, uint64 notBefore, bool init) external {
        address by = actor(who);
        table %= tables.length;
        Plan memory plan = planFor(tables[table]);
        plan.notBefore = uint64(bound(notBefore, 0, vm.getBlockTimestamp() + 20 days));
        if (init) plan = withInit(plan, address(initializer), initData());
        uint32 delay = delayNow();
        bool occupied = isOccupied();

        vm.prank(by);
        try dispatcher.stage(plan) {
            breaks(by != ownerNow(), "A11: staged by another than the owner");
            breaks(frozen || isSealed, "I6: staged while frozen or sealed");
            breaks(occupied, "A22: staged over a pending plan");
            (isStaged, stagedTable, stagedPlan) = (true, table, plan);
            (stagedAt, delayThen) = (vm.getBlockTimestamp(), delay);
            count["stage"]++;
        } catch { }
    }

    function delayNow() private view returns (uint32 delay) {
        (,,,,, delay,) = dispatcher.status();
    }

    function isOccupied() private view returns (bool) {
        (bytes32 id, uint64 eta) = dispatcher.pending();
        return id != 0 && vm.getBlockTimestamp() <= uint256(eta) + WINDOW;
    }

    function activateStaged(uint256 who) external {
        if (!isStaged) return;
        address by = actor(who);
        Plan memory plan = stagedPlan;
        bytes32 id = dispatcher.planId(plan);
        uint256 due = stagedAt + delayThen;
        if (plan.notBefore > due) due = plan.notBefore;
        uint256 runsBefore = runs();

        vm.prank(by);
        try dispatcher.activate(plan, plan.initTarget == address(0) ? bytes("") : initData()) {
            breaks(by != ownerNow() && !dispatcher.isOperator(by), "A54: activated by another");
            breaks(vm.getBlockTimestamp() < due, "I4: activated before its time");
            breaks(vm.getBlockTimestamp() > due + WINDOW, "A18: activated after its window");
            breaks(frozen || isSealed, "I6: activated while frozen or sealed");
            advance(stagedTable);
            isStaged = false;
            planOf[epoch] = plan;
            (undoable, undoUntil) = (epoch, vm.getBlockTimestamp() + UNDO_FOR);
            if (plan.initTarget != address(0)) {
                breaks(runs() != runsBefore + 1, "I11: init ran another number of times than once");
                breaks(++initRuns[id] > 1, "I11: the init of one plan ran twice");
            } else {
                breaks(runs() != runsBefore, "I11: an init ran that no plan named");
            }
            count["activate"]++;
        } catch { }
    }

    function cancelStaged(uint256 who) external {
        bytes32 id = pendingPlan();
        address by = actor(who);
        vm.prank(by);
        try dispatcher.cancel(id) {
            breaks(by != ownerNow() && by != guardian && by != otherGuardian, "cancelled by another");
            isStaged = false;
            count["cancel"]++;
        } catch { }
    }

    function rollbackTo(uint256 who, uint64 target) external {
        address by = actor(who);
        target = uint64(bound(target, 0, epoch + 1));
        Plan memory plan = planOf[target];

        vm.prank(by);
        try dispatcher.rollback(epoch, target, plan) {
            breaks(by != ownerNow(), "A41: rolled back by another than the owner");
            breaks(isSealed, "I6: rolled back while sealed");
            breaks(target == 0 || target >= epoch, "A41: rolled back to no earlier epoch");
            breaks(revokedByModel[plan.manifest], "A41: rolled back to what was revoked");
            advance(routesAt[target]);
            isStaged = false;
            planOf[epoch] = plan;
            undoable = 0;
            count["rollback"]++;
        } catch { }
    }

    function undoLast(uint256 who) external {
        address by = actor(who);
        Plan memory parent = planOf[epoch - 1];
        Plan memory activePlan = planOf[epoch];

        vm.prank(by);
        try dispatcher.undo(epoch, activePlan, parent) {
            breaks(!dispatcher.isGuardian(by), "A41: undone by another than a guardian");
            breaks(undoable != epoch || vm.getBlockTimestamp() > undoUntil, "A41: undone twice or too late");
            breaks(isSealed, "I6: undone while sealed");
            advance(routesAt[epoch - 1]);
            isStaged = false;
            planOf[epoch] = parent;
            undoable = 0;
            count["undo"]++;
        } catch { }
    }

    function revokeManifest(uint256 who, uint256 table) external {
        if (table % 7 != 0) return; // rarely: it is for ever
        address manifest = planOf[uint64(table % (epoch + 1))].manifest;
        vm.prank(actor(who));
        try dispatcher.revoke(manifest) {
            revokedByModel[manifest] = true;
            count["revoke"]++;
        } catch { }
    }

    // --- stops ---

    function stop(uint256 who, uint256 how) external {
        address by = actor(who);
        bool mayStop = by == ownerNow() || dispatcher.isGuardian(by);
        how %= 3;
        vm.prank(by);
        if (how == 0) {
            try dispatcher.pause() {
                breaks(!mayStop, "A38: paused by a stranger");
                paused = true;
                count["pause"]++;
            } catch { }
        } else if (how == 1) {
            try dispatcher.halt() {
                breaks(!mayStop, "A38: halted by a stranger");
                (paused, halted) = (true, true);
                count["halt"]++;
            } catch { }
        } else {
            try dispatcher.freeze() {
                breaks(!mayStop || isSealed, "A39: frozen by a stranger, or once sealed");
                frozen = true;
                count["freeze"]++;
            } catch { }
        }
    }

    function restart(uint256 who, bool thaw) external {
        address by = actor(who);
        vm.prank(by);
        if (thaw) {
            try dispatcher.unfreeze() {
                breaks(by != ownerNow(), "A54: unfrozen by another than the owner");
                frozen = false;
                count["unfreeze"]++;
            } catch { }
        } else {
            try dispatcher.unpause() {
                breaks(by != ownerNow(), "A54: unpaused by another than the owner");
                (paused, halted) = (false, false);
                count["unpause"]++;
            } catch {
                breaks(by == ownerNow(), "I7: the owner cannot unpause");
            }
        }
    }

    function forbidOne(uint256 who, uint256 seed) external {
        Route[] memory active = tables[routesAt[epoch]];
        bytes4[] memory one = new bytes4[](1);
        one[0] = active[seed % active.length].selector;
        address by = actor(who);
        vm.prank(by);
        try dispatcher.forbid(one) {
            breaks(by != ownerNow() && !dispatcher.isGuardian(by), "A42: forbidden by a stranger");
            if (!isForbiddenByModel[one[0]]) forbiddenSelectors.push(one[0]);
            isForbiddenByModel[one[0]] = true;
            count["forbid"]++;
        } catch { }
    }

    function allowOne(uint256 who, uint256 seed) external {
        if (forbiddenSelectors.length == 0) return;
        uint256 at = seed % forbiddenSelectors.length;
        bytes4[] memory one = new bytes4[](1);
        one[0] = forbiddenSelectors[at];
        address by = actor(who);
        vm.prank(by);
        try dispatcher.allow(one) {
            breaks(by != ownerNow(), "A54: allowed by another than the owner");
            forbiddenSelectors[at] = forbiddenSelectors[forbiddenSelectors.length - 1];
            forbiddenSelectors.pop();
            isForbiddenByModel[one[0]] = false;
            count["allow"]++;
        } catch { }
    }

    // --- governance ---

    function changeDelay(uint256 who, uint32 delay) external {
        vm.prank(actor(who));
        try dispatcher.setDelay(uint32(bound(delay, 1, 10 days))) {
            count["setDelay"]++;
        } catch { }
    }

    function offerOwnership(uint256 who, uint256 to) external {
        vm.prank(actor(who));
        try dispatcher.transferOwnership(actor(to)) {
            count["transferOwnership"]++;
        } catch { }
    }

    function takeOwnership(uint256 who) external {
        address by = actor(who);
        address offered = dispatcher.pendingOwner();
        vm.prank(by);
        try dispatcher.acceptOwnership() {
            breaks(
                by != offered || offered == address(0), "I13: ownership taken by whom it was not offered to"
            );
            isStaged = false;
            count["acceptOwnership"]++;
        } catch { }
    }

    function askForSeal(uint256 who, uint256 seed) external {
        if (seed % 5 != 0) return;
        vm.prank(actor(who));
        try dispatcher.requestSeal(epoch) {
            count["requestSeal"]++;
        } catch { }
    }

    function sealNow(uint256 who, uint256 seed) external {
        if (seed % 5 != 0) return; // rarely: nothing changes afterwards
        address by = actor(who);
        vm.prank(by);
        try dispatcher.seal(epoch) {
            breaks(by != ownerNow(), "sealed by another than the owner");
            (isSealed, sealedEpoch, isStaged) = (true, epoch, false);
            count["seal"]++;
        } catch { }
    }

    // --- users and time ---

    function callRoute(uint256 who, uint256 seed, bytes32 word) external {
        Route[] memory all = tables[seed % tables.length];
        bytes4 selector = all[(seed >> 8) % all.length].selector;
        if (selector == Counter.burnGas.selector || selector == Counter.bomb.selector) return;
        vm.prank(actor(who));
        (bool ok,) = address(router).call(abi.encodePacked(selector, word, word));
        if (!ok) return;
        breaks(!isServed(selector), "I1, I2: a selector without a route in the active manifest answered");
        breaks(isForbiddenByModel[selector], "I12: a forbidden selector answered");
        breaks(halted, "I7: a route answered while halted");
        breaks(paused && flagsOf(selector) & PAUSE_EXEMPT == 0, "I7: a route answered while paused");
        count["call"]++;
    }

    function passTime(uint32 seconds_) external {
        vm.warp(vm.getBlockTimestamp() + bound(seconds_, 1, 5 days));
    }

    /// @notice Somebody without a role calls everything that changes something, and any calldata besides.
    function meddle(bytes4 selector, bytes calldata arguments, bool toRouter) external {
        Acts.Subject memory subject = meddlers();
        bytes[] memory acts = Acts.ofDispatcher(subject);
        for (uint256 i = 0; i < acts.length; i++) {
            breaks(meddled(address(dispatcher), acts[i]), "I9: an act of the dispatcher took a stranger");
        }
        acts = Acts.ofControl(subject, address(initializer), initData());
        for (uint256 i = 0; i < acts.length; i++) {
            breaks(meddled(address(router), acts[i]), "I9: an act on the router took a stranger");
        }
        bytes32 before = dispatcherState();
        vm.prank(outsider);
        (bool ignored,) =
            (toRouter ? address(router) : address(dispatcher)).call(bytes.concat(selector, arguments));
        ignored;
        breaks(dispatcherState() != before, "I9: a stranger changed the dispatcher");
        count["meddle"]++;
    }

    function meddlers() private returns (Acts.Subject memory) {
        (bytes32 id,) = dispatcher.pending();
        return Acts.Subject({
            next: isStaged ? stagedPlan : planFor(tables[0]),
            activePlan: planOf[epoch],
            parent: planOf[epoch - 1],
            epoch: epoch,
            planId: id,
            guardian: guardian,
            account: outsider,
            selector: tables[routesAt[epoch]][0].selector
        });
    }

    /// @return Whether it did not revert, or wrote.
    function meddled(address target, bytes memory act) private returns (bool) {
        vm.record();
        (bool ok,) = tryCallAs(outsider, target, act);
        (, bytes32[] memory inDispatcher) = vm.accesses(address(dispatcher));
        (, bytes32[] memory inRouter) = vm.accesses(address(router));
        return ok || inDispatcher.length + inRouter.length != 0;
    }

    // --- what is ---

    function ownerNow() public view returns (address) {
        return dispatcher.owner();
    }

    function isServed(bytes4 selector) public view returns (bool) {
        Route[] memory active = tables[routesAt[epoch]];
        for (uint256 i = 0; i < active.length; i++) {
            if (active[i].selector == selector) return true;
        }
        return false;
    }

    function flagsOf(bytes4 selector) public view returns (uint8) {
        Route[] memory active = tables[routesAt[epoch]];
        for (uint256 i = 0; i < active.length; i++) {
            if (active[i].selector == selector) return active[i].flags;
        }
        return 0;
    }

    /// @notice Everything the dispatcher shows about itself.
    function dispatcherState() public view returns (bytes32) {
        bytes4[7] memory views_ = [
            IManifestDispatcher.active.selector,
            IManifestDispatcher.pending.selector,
            IManifestDispatcher.status.selector,
            IManifestDispatcher.pendingChanges.selector,
            IManifestDispatcher.owner.selector,
            IManifestDispatcher.pendingOwner.selector,
            IManifestDispatcher.forbidden.selector
        ];
        bytes32 digest;
        for (uint256 i = 0; i < views_.length; i++) {
            digest = keccak256(bytes.concat(digest, view_(views_[i])));
        }
        return digest;
    }

    function view_(bytes4 selector) private view returns (bytes memory answer) {
        (, answer) = address(dispatcher).staticcall(abi.encodeWithSelector(selector));
    }

    function initData() internal pure returns (bytes memory) {
        return abi.encodeCall(Initializer.init, (1));
    }

    function runs() private view returns (uint256) {
        return uint256(vm.load(address(router), keccak256("test.initializer.runs")));
    }

    function advance(uint256 table) private {
        epoch++;
        routesAt[epoch] = table;
    }

    // --- for the invariants, which run outside this contract ---

    function checkServed() external view {
        assertServed(tables[routesAt[epoch]]);
    }

    /// @notice That the router's slot of every selector of every table, and its state word, are what the active table and the
    /// flags demand, bit for bit.
    function checkSlots() external view {
        for (uint256 i = 0; i < tables.length; i++) {
            for (uint256 j = 0; j < tables[i].length; j++) {
                bytes4 selector = tables[i][j].selector;
                assertEq(
                    vm.load(address(router), slotOf(selector)),
                    demanded(selector),
                    string.concat("the slot of ", vm.toString(abi.encodePacked(selector)))
                );
            }
        }
        uint256 status = (paused ? 1 : 0) | (halted ? 2 : 0);
        assertEq(
            vm.load(address(router), STATE),
            bytes32(uint256(uint160(planOf[epoch].manifest)) | (status << 160)),
            "the state word"
        );
    }

    /// @dev Facet, flags and code hash from the low end, as the router's interface describes it.
    function demanded(bytes4 selector) private view returns (bytes32) {
        bool forbidden = isForbiddenByModel[selector];
        Route[] memory active = Manifests.resolve(tables[routesAt[epoch]]);
        for (uint256 i = 0; i < active.length; i++) {
            if (active[i].selector != selector) continue;
            uint8 flags = active[i].flags;
            if (flags & COLD != 0) break;
            bool blocked = forbidden || halted || (paused && flags & PAUSE_EXEMPT == 0);
            uint8 checked = LOCK | VIEW_LOCK | PIN | RECEIVE;
            if (blocked) flags = (flags & ~checked) | BLOCKED;
            else if (flags & checked == 0) flags |= FAST;
            return bytes32(abi.encodePacked(bytes11(active[i].codeHash), flags, active[i].facet));
        }
        return forbidden ? bytes32(uint256(BLOCKED) << 160) : bytes32(0);
    }

    function dispatcherAddress() external view returns (IManifestDispatcher) {
        return dispatcher;
    }

    function routerAddress() external view returns (address) {
        return address(router);
    }

    function planAt(uint64 epoch_) external view returns (Plan memory) {
        return planOf[epoch_];
    }

    /// @notice The owner makes a new manifest active and unpauses, then goes back to an earlier epoch that can be gone back to.
    function recover(uint256 table) external {
        address who = ownerNow();
        vm.startPrank(who);
        dispatcher.unpause();
        if (frozen) dispatcher.unfreeze();
        bytes32 id = pendingPlan();
        if (id != 0) dispatcher.cancel(id);
        vm.stopPrank();
        Plan memory plan = planFor(tables[table]);
        vm.prank(who);
        dispatcher.stage(plan);
        warpToEta();
        vm.prank(who);
        dispatcher.activate(plan, "");
        (uint64 now_,,,,) = dispatcher.active();
        assertEq(now_, epoch + 1, "the owner could not reach a new manifest");
        assertServed(tables[table]);
        assertFalse(isPaused(), "the owner could not unpause");
        Plan memory target = planOf[epoch];
        if (!revokedByModel[target.manifest]) {
            vm.prank(who);
            dispatcher.rollback(now_, epoch, target);
            assertServed(tables[routesAt[epoch]]);
        }
    }
}
