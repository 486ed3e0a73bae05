// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter, IPayRoxRouterControl } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Acts } from "../../harness/Acts.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Unit } from "../Unit.sol";

contract DispatcherViews is Unit {
    function test_the_history_ends_at_the_active_epoch() public {
        stage(planFor(secondRoutes()));
        uint64[3] memory none = [uint64(0), 2, type(uint64).max];
        for (uint256 i = 0; i < 3; i++) {
            (bytes32 id, address manifest, uint64 at) = dispatcher.history(none[i]);
            assertEq(id, bytes32(0), "a plan");
            assertEq(manifest, address(0), "a manifest");
            assertEq(at, 0, "a time");
        }
    }

    function test_A23_a_cancelled_plan_leaves_no_trace_in_views() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.prank(owner);
        dispatcher.cancel(id);
        (bytes32 pendingId, uint64 eta) = dispatcher.pending();
        assertEq(pendingId, bytes32(0), "pending");
        assertEq(eta, 0, "its time");
        (id,,) = dispatcher.history(2);
        assertEq(id, bytes32(0), "history");
    }

    function test_an_expired_plan_is_pending_still() public {
        bytes32 id = stage(planFor(secondRoutes()));
        vm.warp(time() + DELAY + WINDOW + 1);
        assertEq(pendingPlan(), id, "it is gone");
    }

    function test_C26_the_router_is_where_its_hash_says() public view {
        bytes32 hash = keccak256(bytes.concat(releaseCode("PayRoxProxyRouter"), abi.encode(extension)));
        assertEq(dispatcher.routerInitCodeHash(), hash, "another init code");
        address at = address(
            uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(dispatcher), bytes32(0), hash))))
        );
        assertEq(dispatcher.router(), at, "elsewhere");
    }

    function test_nobody_has_a_role_by_default(address account) public view {
        vm.assume(account != guardian && account != otherGuardian && account != operator);
        assertFalse(dispatcher.isGuardian(account), "a guardian");
        assertFalse(dispatcher.isOperator(account), "an operator");
        assertFalse(dispatcher.isRevoked(account), "revoked");
    }

    function test_I9_nobody_without_a_role_gets_past_the_guard_of_any_act_or_writes_a_slot() public {
        Acts.Subject memory subject = everySubject();
        bytes[] memory acts = Acts.ofDispatcher(subject);
        for (uint256 i = 0; i < acts.length; i++) {
            bytes memory reason = abi.encodeWithSelector(IManifestDispatcher.Unauthorized.selector, stranger);
            if (bytes4(acts[i]) == dispatcher.initialize.selector) {
                reason = abi.encodeWithSelector(IManifestDispatcher.AlreadyInitialized.selector);
            }
            if (bytes4(acts[i]) == dispatcher.pauseBySig.selector) {
                reason = abi.encodeWithSelector(IManifestDispatcher.InvalidSignature.selector, guardian);
            }
            assertWritesNothing(address(dispatcher), acts[i], reason);
        }
        acts = Acts.ofControl(subject, address(initializer), "");
        for (uint256 i = 0; i < acts.length; i++) {
            bytes memory reason = abi.encodeWithSelector(IPayRoxRouter.NotDispatcher.selector, stranger);
            assertWritesNothing(address(router), acts[i], reason);
        }
    }

    /// @dev The acts are all there are: whatever else the interface has is a view, and those are known.
    function test_I9_the_list_of_acts_misses_none_and_views_write_nothing() public {
        bytes4 combined;
        bytes[] memory acts = Acts.ofDispatcher(everySubject());
        for (uint256 i = 0; i < acts.length; i++) {
            combined ^= bytes4(acts[i]);
        }
        bytes[] memory all = everyView();
        for (uint256 i = 0; i < all.length; i++) {
            combined ^= bytes4(all[i]);
            (bool ok,) = address(dispatcher).staticcall(all[i]);
            assertTrue(ok, "a view does not answer under STATICCALL");
        }
        assertEq(
            bytes32(combined), bytes32(type(IManifestDispatcher).interfaceId), "a function is in no list"
        );

        combined = IPayRoxRouterControl.isIntact.selector;
        acts = Acts.ofControl(everySubject(), address(0), "");
        for (uint256 i = 0; i < acts.length; i++) {
            combined ^= bytes4(acts[i]);
        }
        assertEq(bytes32(combined), bytes32(type(IPayRoxRouterControl).interfaceId), "the router's control");
    }

    function test_I9_any_calldata_of_nobody_with_a_role_writes_nothing(bytes4 selector, bytes calldata data)
        public
    {
        vm.record();
        (bool ok,) = tryCallAs(stranger, address(dispatcher), bytes.concat(selector, data));
        (, bytes32[] memory writes) = vm.accesses(address(dispatcher));
        assertTrue(!ok || writes.length == 0, "a stranger wrote");
    }

    function assertWritesNothing(address target, bytes memory act, bytes memory reason) private {
        vm.record();
        (bool ok, bytes memory result) = tryCallAs(stranger, target, act);
        (, bytes32[] memory inDispatcher) = vm.accesses(address(dispatcher));
        (, bytes32[] memory inRouter) = vm.accesses(address(router));
        string memory name = vm.toString(abi.encodePacked(bytes4(act)));
        assertFalse(ok, string.concat(name, " took a stranger"));
        assertEq(result, reason, string.concat(name, " refused for another reason"));
        assertEq(inDispatcher.length + inRouter.length, 0, string.concat(name, " wrote"));
    }

    /// @dev With a plan that is due, a parent to go back to, and a forbidden selector: every act but for its caller could succeed.
    function everySubject() private returns (Acts.Subject memory) {
        if (activeEpoch() == 1) {
            release(secondRoutes());
            forbid(Counter.count.selector);
            stage(planFor(firstRoutes()));
            warpToEta();
        }
        return Acts.Subject({
            next: planFor(firstRoutes()),
            activePlan: planOf[2],
            parent: planOf[1],
            epoch: 2,
            planId: pendingPlan(),
            guardian: guardian,
            account: stranger,
            selector: Counter.count.selector
        });
    }

    function everyView() private view returns (bytes[] memory all) {
        all = new bytes[](19);
        all[0] = abi.encodeCall(dispatcher.planId, (planOf[1]));
        all[1] = abi.encodeCall(dispatcher.owner, ());
        all[2] = abi.encodeCall(dispatcher.pendingOwner, ());
        all[3] = abi.encodeCall(dispatcher.bootstrapper, ());
        all[4] = abi.encodeCall(dispatcher.router, ());
        all[5] = abi.encodeCall(dispatcher.routerImplementation, ());
        all[6] = abi.encodeCall(dispatcher.routerInitCodeHash, ());
        all[7] = abi.encodeCall(dispatcher.active, ());
        all[8] = abi.encodeCall(dispatcher.pending, ());
        all[9] = abi.encodeCall(dispatcher.history, (1));
        all[10] = abi.encodeCall(dispatcher.status, ());
        all[11] = abi.encodeCall(dispatcher.pendingChanges, ());
        all[12] = abi.encodeCall(dispatcher.isGuardian, (guardian));
        all[13] = abi.encodeCall(dispatcher.isOperator, (operator));
        all[14] = abi.encodeCall(dispatcher.isForbidden, (Counter.count.selector));
        all[15] = abi.encodeCall(dispatcher.forbidden, ());
        all[16] = abi.encodeCall(dispatcher.isRevoked, (address(1)));
        all[17] = abi.encodeCall(dispatcher.verifySystemIntegrity, ());
        all[18] = abi.encodeCall(
            dispatcher.verifyRoute, (Counter.count.selector, address(0), 0, 0, 0, new bytes32[](0))
        );
    }

    function test_H12_the_dispatcher_takes_no_plain_ether() public {
        (bool ok,) = address(dispatcher).call{ value: 1 }("");
        assertFalse(ok, "it took ether");
        (ok,) = implementation.call{ value: 1 }("");
        assertFalse(ok, "the implementation took ether");
    }
}
