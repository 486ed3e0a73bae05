// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { LOCK, LOCK_SLOT, STATE } from "../harness/Flags.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Route } from "../harness/Manifests.sol";
import { Caller, Reentrant } from "../harness/facets/Caller.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { PlainStorage, SlotWriter } from "../harness/facets/Hostile.sol";
import { Initializer } from "../harness/facets/Initializer.sol";
import { Views } from "../harness/facets/Views.sol";

/// @notice What the worst facet and the worst caller can do to the rest.
contract IsolationAttacks is LiveSystem {
    PlainStorage private plain;
    SlotWriter private writer;
    Reentrant private attacker;

    function setUp() public override {
        plain = new PlainStorage();
        writer = new SlotWriter();
        attacker = new Reentrant();
        super.setUp();
    }

    function firstRoutes() internal override returns (Route[] memory) {
        add(address(plain), PlainStorage.spill.selector, PlainStorage.fill.selector, LOCK);
        add(address(writer), SlotWriter.write.selector, SlotWriter.delegateOut.selector, 0);
        add(address(writer), SlotWriter.writeTransient.selector, 0);
        add(address(writer), SlotWriter.die.selector, LOCK);
        add(address(caller), Caller.callTwice.selector, LOCK);
        add(address(caller), Caller.staticOut.selector, LOCK);
        add(address(views), Views.slot.selector, 0);
        addAll(super.firstRoutes());
        return take();
    }

    function asWriter() private view returns (SlotWriter) {
        return SlotWriter(address(router));
    }

    // --- storage ---

    function test_A31_C4_C21_ordinary_and_transient_variables_of_facets_meet_nothing_of_ours() public {
        bytes32 before = everything();
        PlainStorage(address(router)).spill(77);
        PlainStorage(address(router)).fill(0, 1000, uint256(uint160(stranger)));
        assertEq(everything(), before, "plain slots reached what is ours");
        assertServed(firstRoutes());
        asCounter().increment();
    }

    function test_A31_I10_a_facet_that_writes_our_slots_leaves_the_dispatcher_and_is_found_and_mended()
        public
    {
        bytes32 control = dispatcherState();
        bytes32 good = vm.load(address(router), slotOf(Counter.increment.selector));

        asWriter().write(slotOf(Counter.increment.selector), bytes32(uint256(uint160(stranger))));
        assertFalse(dispatcher.verifySystemIntegrity(), "integrity did not see the spoilt route");
        asWriter().write(slotOf(Counter.increment.selector), good);
        assertTrue(dispatcher.verifySystemIntegrity(), "integrity denies the right route");

        asWriter().write(STATE, bytes32(uint256(uint160(stranger))));
        assertFalse(dispatcher.verifySystemIntegrity(), "integrity did not see the spoilt state");
        assertEq(dispatcherState(), control, "the dispatcher was reached");

        repair(new bytes4[](0));
        assertTrue(dispatcher.verifySystemIntegrity(), "repair did not mend the state");
        assertServed(firstRoutes());
    }

    function test_A31_a_stray_route_is_cleared_by_repair_and_only_a_stray() public {
        bytes4 stray = 0x12345678;
        bytes32 word = bytes32(uint256(uint160(address(views))) | (uint256(0x40) << 160));
        asWriter().write(slotOf(stray), word);
        assertEq(vm.load(address(router), slotOf(stray)), word, "the stray is not there");

        bytes4[] memory one = new bytes4[](1);
        one[0] = Counter.increment.selector;
        expectErrorOf(IPayRoxRouter.NotAStray.selector, one[0]);
        vm.prank(owner);
        dispatcher.repair(one);

        one[0] = stray;
        repair(one);
        assertEq(vm.load(address(router), slotOf(stray)), bytes32(0), "the stray is still there");
        assertServed(firstRoutes());
    }

    function test_A31_I7_pause_reaches_every_slot_of_a_spoilt_router() public {
        asWriter().write(STATE, bytes32(uint256(uint160(stranger))));
        asWriter().write(slotOf(Counter.increment.selector), bytes32(0));
        vm.prank(guardian);
        dispatcher.pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.setCount.selector);
        asCounter().setCount(1);
        vm.prank(owner);
        dispatcher.unpause();
        assertServed(firstRoutes());
    }

    function test_A31_C5_a_facet_cannot_stand_between_router_and_dispatcher() public {
        bytes4[5] memory own = [
            bytes4(keccak256("install(address,address,uint256,bytes4[],address,bytes)")),
            bytes4(keccak256("setStatus(address,uint256,bytes4[])")),
            bytes4(keccak256("setForbidden(address,uint256,bytes4[],bool)")),
            bytes4(keccak256("repairRoutes(address,uint256,bytes4[],bytes4[])")),
            bytes4(keccak256("isIntact(address,uint256,bytes4[])"))
        ];
        bytes32 word = bytes32(uint256(uint160(address(views))) | (uint256(0x40) << 160));
        for (uint256 i = 0; i < own.length; i++) {
            asWriter().write(slotOf(own[i]), word);
        }
        assertFalse(dispatcher.verifySystemIntegrity(), "integrity did not see the hijacked functions");

        vm.prank(guardian);
        dispatcher.pause();
        assertTrue(router.paused(), "pause was caught by the facet");
        vm.prank(owner);
        dispatcher.unpause();
        bytes4[] memory strays = new bytes4[](own.length);
        for (uint256 i = 0; i < own.length; i++) {
            strays[i] = own[i];
        }
        repair(strays);
        assertTrue(dispatcher.verifySystemIntegrity(), "repair did not clear the hijacked functions");
    }

    function test_A31_rollback_then_repair_restores_everything() public {
        Plan memory first = planOf[1];
        release(planFor(secondRoutes()), "");
        rollbackTo(1);
        Route[] memory routes = firstRoutes();
        for (uint256 i = 0; i < routes.length; i++) {
            if (routes[i].selector == SlotWriter.write.selector) continue;
            asWriter().write(slotOf(routes[i].selector), bytes32(i));
        }
        vm.prank(owner);
        dispatcher.pause();
        vm.prank(owner);
        dispatcher.repair(new bytes4[](0));
        vm.prank(owner);
        dispatcher.unpause();
        assertServed(firstRoutes());
        assertEq(activeManifest(), first.manifest, "another manifest");
    }

    // --- code ---

    function test_A32_C15_a_facet_that_destroys_itself_in_the_router_leaves_the_table() public {
        vm.deal(address(router), 1 ether);
        asWriter().die(payable(stranger));
        assertGt(address(router).code.length, 0, "the router is gone");
        assertServed(firstRoutes());
        asCounter().increment();
    }

    function test_A32_a_facet_that_delegates_out_leaves_the_table() public {
        asWriter().delegateOut(address(plain), abi.encodeCall(PlainStorage.spill, (5)));
        assertServed(firstRoutes());
    }

    // --- the lock ---

    function test_A33_H1_a_stranger_does_not_re_enter_a_locked_route() public {
        bytes memory again = abi.encodeCall(Counter.increment, ());
        attacker.arm(address(router), again, true);
        expectErrorOf(IPayRoxRouter.Reentered.selector, Counter.increment.selector);
        asCaller().callOut(address(attacker), "");
    }

    function test_A33_nor_by_a_batch() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(Counter.increment, ());
        attacker.arm(address(router), abi.encodeCall(router.batch, (calls)), true);
        expectErrorOf(IPayRoxRouter.Reentered.selector, Counter.increment.selector);
        asCaller().callOut(address(attacker), "");
    }

    function test_A33_nor_by_a_cold_route() public {
        attacker.arm(address(router), abi.encodeWithSignature("mint(address,uint256)", stranger, 1), true);
        expectErrorOf(IPayRoxRouter.Reentered.selector, bytes4(keccak256("mint(address,uint256)")));
        asCaller().callOut(address(attacker), "");
    }

    function test_A33_nor_from_a_receive_hook() public {
        vm.deal(address(router), 1 ether);
        attacker.arm(address(router), abi.encodeCall(Counter.withdraw, (payable(stranger), 1)), false);
        asCounter().withdraw(payable(address(attacker)), 1);
        assertFalse(attacker.succeeded(), "the hook got in");
        assertEq(
            attacker.result(),
            abi.encodeWithSelector(IPayRoxRouter.Reentered.selector, Counter.withdraw.selector),
            "another reason"
        );
        assertEq(stranger.balance, 0, "the hook was paid");
    }

    function test_A33_nor_after_an_inner_call_of_the_router_to_itself_returned() public {
        attacker.arm(address(router), abi.encodeCall(Counter.increment, ()), false);
        bytes memory inner = abi.encodeCall(Counter.increment, ());
        // First the router to itself, then the attacker, in one locked frame.
        Caller(address(router)).callTwice(address(router), inner, inner);
        assertEq(asCounter().count(), 2, "the router's own calls were refused");

        bytes memory first = abi.encodeCall(Caller.callOutAgain, (address(router), inner));
        bytes memory second = abi.encodeCall(Caller.callOutAgain, (address(attacker), ""));
        Caller(address(router)).callTwice(address(router), first, second);
        assertEq(asCounter().count(), 3, "the inner self-call did not run");
        assertFalse(attacker.succeeded(), "the self-call released the lock");
        asCounter().increment();
    }

    function test_A33_H2_read_only_re_entrancy_is_stopped_where_asked_for() public {
        bytes memory guarded = abi.encodeCall(Views.guarded, ());
        attacker.arm(address(router), guarded, true);
        expectErrorOf(IPayRoxRouter.Reentered.selector, Views.guarded.selector);
        asCaller().callOut(address(attacker), "");
        assertEq(asViews().guarded(), 7, "the view does not answer outside");
    }

    function test_A33_owner_and_operator_contracts_do_not_re_enter_install_or_repair() public {
        vm.prank(owner);
        dispatcher.setOperator(address(attacker), true);
        Plan memory plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
        attacker.arm(address(dispatcher), abi.encodeCall(dispatcher.activate, (plan, "")), true);
        expectError(IPayRoxRouter.LockHeld.selector);
        asCaller().callOut(address(attacker), "");

        makeOwner(address(attacker));
        attacker.arm(address(dispatcher), abi.encodeCall(dispatcher.repair, (new bytes4[](0))), true);
        expectError(IPayRoxRouter.LockHeld.selector);
        asCaller().callOut(address(attacker), "");
    }

    function test_A33_an_owner_contract_does_not_roll_back_from_a_facet() public {
        release(planFor(withCaller(secondRoutes())), "");
        makeOwner(address(attacker));
        attacker.arm(address(dispatcher), abi.encodeCall(dispatcher.rollback, (2, 1, planOf[1])), true);
        expectError(IPayRoxRouter.LockHeld.selector);
        asCaller().callOut(address(attacker), "");
        assertEq(activeEpoch(), 2, "the epoch moved from within a call");
    }

    function test_A33_nor_from_init() public {
        vm.prank(owner);
        dispatcher.setOperator(address(attacker), true);
        Plan memory plan = planFor(secondRoutes());
        bytes memory init = abi.encodeCall(Initializer.callOut, (address(attacker), ""));
        plan = withInit(plan, address(initializer), init);
        attacker.arm(address(router), abi.encodeCall(Counter.increment, ()), true);
        stage(plan);
        warpToEta();
        expectErrorOf(IPayRoxRouter.Reentered.selector, Counter.increment.selector);
        vm.prank(operator);
        dispatcher.activate(plan, init);
    }

    /// @notice One contract is owner, operator and guardian, and init calls it.
    function test_A33_nor_do_owner_operator_and_guardian_contracts_from_init() public {
        release(planFor(secondRoutes()), "");
        vm.startPrank(owner);
        dispatcher.setOperator(address(attacker), true);
        dispatcher.setGuardian(address(attacker), true);
        vm.stopPrank();
        makeOwner(address(attacker));
        bytes memory init = abi.encodeCall(Initializer.callOut, (address(attacker), ""));
        Plan memory plan = withInit(planFor(firstRoutes()), address(initializer), init);
        vm.prank(address(attacker));
        dispatcher.stage(plan);
        warpToEta();

        bytes4 held = IPayRoxRouter.LockHeld.selector;
        bytes4 nothing = IManifestDispatcher.NothingPending.selector;
        assertRefusedFromInit(plan, init, abi.encodeCall(dispatcher.activate, (plan, init)), nothing);
        assertRefusedFromInit(plan, init, abi.encodeCall(dispatcher.rollback, (3, 1, planOf[1])), held);
        assertRefusedFromInit(plan, init, abi.encodeCall(dispatcher.undo, (3, plan, planOf[2])), held);
        assertRefusedFromInit(plan, init, abi.encodeCall(dispatcher.repair, (new bytes4[](0))), held);
    }

    /// @dev Once passing the refusal on, which takes the activation back, and once swallowing it, which changes nothing else.
    function assertRefusedFromInit(Plan memory plan, bytes memory init, bytes memory act, bytes4 error)
        private
    {
        uint256 snapshot = vm.snapshotState();
        attacker.arm(address(dispatcher), act, true);
        expectError(error);
        vm.prank(operator);
        dispatcher.activate(plan, init);
        assertEq(activeEpoch(), 2, "the epoch moved");

        attacker.arm(address(dispatcher), act, false);
        activate(plan, init);
        assertFalse(attacker.succeeded(), "init got back into the dispatcher");
        assertEq(attacker.result(), abi.encodeWithSelector(error), "another reason");
        assertEq(activeEpoch(), 3, "another epoch");
        assertServed(firstRoutes());
        vm.revertToState(snapshot);
    }

    // --- views ---

    function test_A34_H2_views_work_under_staticcall_and_inside_a_locked_call() public {
        bytes memory count = abi.encodeCall(Counter.count, ());
        (bool ok, bytes memory answer) = address(router).staticcall(count);
        assertTrue(ok && abi.decode(answer, (uint256)) == 0, "a view under STATICCALL");
        assertEq(asViews().guarded(), 7, "a view with VIEW_LOCK under STATICCALL");

        assertEq(fromLockedCall(count).length, 32, "a view inside a locked call");
        assertGt(fromLockedCall(abi.encodeCall(router.facetAddresses, ())).length, 64, "the loupe inside one");
        answer = fromLockedCall(abi.encodeCall(Views.guarded, ()));
        assertEq(abi.decode(answer, (uint256)), 7, "the router's own call of a view with VIEW_LOCK");
    }

    /// @notice What the router's own view call answers while a locked call of it is in progress.
    function fromLockedCall(bytes memory view_) private returns (bytes memory) {
        (bool ok, bytes memory answer) =
            address(router).call(abi.encodeCall(Caller.staticOut, (address(router), view_)));
        assertTrue(ok, "the locked call reverted");
        return abi.decode(answer, (bytes));
    }

    function test_A34_H2_no_view_writes() public {
        bytes4[3] memory selectors = [Counter.count.selector, Views.guarded.selector, Views.self.selector];
        for (uint256 i = 0; i < selectors.length; i++) {
            vm.record();
            (bool ok,) = address(router).call(abi.encodePacked(selectors[i]));
            (, bytes32[] memory writes) = vm.accesses(address(router));
            assertTrue(ok && writes.length == 0, "a view wrote");
        }
    }

    // --- gas ---

    function test_A35_a_starved_call_does_all_or_nothing(uint256 gasLimit) public {
        gasLimit = bound(gasLimit, 0, 200_000);
        (bool ok,) = address(router).call{ gas: gasLimit }(abi.encodeCall(Counter.increment, ()));
        assertEq(asCounter().count(), ok ? 1 : 0, "a call did another thing than it said");
    }

    function test_A35_a_starved_batch_does_all_or_nothing(uint256 gasLimit) public {
        gasLimit = bound(gasLimit, 0, 200_000);
        bytes[] memory calls = new bytes[](3);
        for (uint256 i = 0; i < 3; i++) {
            calls[i] = abi.encodeCall(Counter.increment, ());
        }
        (bool ok,) = address(router).call{ gas: gasLimit }(abi.encodeCall(router.batch, (calls)));
        assertEq(asCounter().count(), ok ? 3 : 0, "a part of a batch stayed");
    }

    function test_A36_the_lock_is_free_after_every_way_to_fail() public {
        (bool ok,) = address(router).call(abi.encodeCall(Counter.failWith, (1)));
        assertFalse(ok, "it did not revert");
        asCounter().increment();
        (ok,) = address(router).call{ gas: 100_000 }(abi.encodeCall(Counter.burnGas, ()));
        assertFalse(ok, "it did not run out of gas");
        asCounter().increment();
        bytes memory answer;
        (ok, answer) = address(router).call(abi.encodeCall(Counter.bomb, (1_000_000)));
        assertTrue(!ok && answer.length == 1_000_000, "it did not return a bomb");
        asCounter().increment();
        assertEq(asCounter().count(), 3, "a call after a failure was refused");
    }

    /// @notice Within the transaction, that is: the lock lies in transient storage. `Exchange.t.sol` has the next transaction.
    function test_A36_a_facet_that_takes_the_lock_by_hand_keeps_strangers_out_and_nobody_from_stopping()
        public
    {
        asWriter().writeTransient(LOCK_SLOT, bytes32(uint256(1)));
        expectErrorOf(IPayRoxRouter.Reentered.selector, Counter.increment.selector);
        asCounter().increment();
        expectErrorOf(IPayRoxRouter.Reentered.selector, Views.guarded.selector);
        asViews().guarded();
        expectError(IPayRoxRouter.LockHeld.selector);
        repair(new bytes4[](0));
        assertServed(firstRoutes());

        vm.prank(guardian);
        dispatcher.pause();
        vm.prank(owner);
        dispatcher.unpause();
        asWriter().writeTransient(LOCK_SLOT, bytes32(0));
        asCounter().increment();
    }

    // --- init ---

    function test_C17_C18_init_cannot_change_a_route_of_the_new_manifest() public {
        Plan memory plan = planFor(secondRoutes());
        bytes memory init = abi.encodeCall(
            Initializer.write, (slotOf(Counter.withdraw.selector), bytes32(uint256(uint160(stranger))))
        );
        plan = withInit(plan, address(initializer), init);
        stage(plan);
        warpToEta();
        expectError(IPayRoxRouter.InitChangedRouter.selector);
        vm.prank(operator);
        dispatcher.activate(plan, init);
        assertEq(activeEpoch(), 1, "the epoch moved");
    }

    /// @notice Nobody on chain can know of a slot that no route explains. Whoever reads the router's storage does.
    function test_C17_C18_a_route_that_init_adds_beside_the_manifest_stays_until_it_is_named_to_repair()
        public
    {
        bytes4 stray = Counter.bomb.selector;
        bytes32 word = bytes32(uint256(uint160(address(counter))) | (uint256(0x40) << 160));
        bytes memory init = abi.encodeCall(Initializer.write, (slotOf(stray), word));
        Plan memory plan = withInit(planFor(secondRoutes()), address(initializer), init);
        stage(plan);
        warpToEta();
        activate(plan, init);
        assertEq(vm.load(address(router), slotOf(stray)), word, "the stray is not there");
        assertServed(secondRoutes());

        bytes4[] memory one = new bytes4[](1);
        one[0] = stray;
        repair(one);
        expectErrorOf(IPayRoxRouter.NoRoute.selector, stray);
        asCounter().bomb(0);
    }

    function test_C17_I11_init_runs_once_as_the_last_act_and_with_what_was_approved() public {
        Plan memory plan = planFor(secondRoutes());
        bytes memory init = abi.encodeCall(Initializer.init, (41));
        plan = withInit(plan, address(initializer), init);
        stage(plan);
        warpToEta();
        bytes memory other = abi.encodeCall(Initializer.init, (42));
        expectError(IManifestDispatcher.InitDataMismatch.selector, keccak256(init), keccak256(other));
        vm.prank(operator);
        dispatcher.activate(plan, other);
        activate(plan, init);
        assertEq(asCounter().count(), 41, "init did not run");
        expectErrorOf(IPayRoxRouter.NoRoute.selector, Initializer.init.selector);
        Initializer(address(router)).init(43);
    }

    // --- helpers ---

    function withCaller(Route[] memory routes) private returns (Route[] memory) {
        add(address(caller), Caller.callOut.selector, LOCK);
        addAll(routes);
        return take();
    }

    function makeOwner(address account) private {
        vm.prank(owner);
        dispatcher.transferOwnership(account);
        vm.prank(account);
        dispatcher.acceptOwnership();
    }

    function repair(bytes4[] memory strays) private {
        vm.prank(owner);
        dispatcher.repair(strays);
    }

    function dispatcherState() private view returns (bytes32) {
        (uint64 epoch, bytes32 id, address manifest, bytes32 root,) = dispatcher.active();
        bytes32 flags = keccak256(abi.encode(isPaused(), dispatcher.forbidden(), dispatcher.pendingOwner()));
        return keccak256(abi.encode(epoch, id, manifest, root, dispatcher.owner(), flags));
    }

    /// @notice Every slot of ours in the router, and the dispatcher.
    function everything() private returns (bytes32 digest) {
        Route[] memory routes = firstRoutes();
        digest = keccak256(abi.encode(dispatcherState(), vm.load(address(router), STATE)));
        for (uint256 i = 0; i < routes.length; i++) {
            digest = keccak256(abi.encode(digest, vm.load(address(router), slotOf(routes[i].selector))));
        }
    }
}
