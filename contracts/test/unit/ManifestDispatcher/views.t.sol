// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
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

    function test_I9_nobody_without_a_role_changes_a_slot(bytes4 selector, bytes calldata data) public {
        vm.record();
        (bool ok,) = tryCallAs(stranger, address(dispatcher), bytes.concat(selector, data));
        (, bytes32[] memory writes) = vm.accesses(address(dispatcher));
        assertTrue(!ok || writes.length == 0, "a stranger wrote");
    }

    function test_H12_the_dispatcher_takes_no_plain_ether() public {
        (bool ok,) = address(dispatcher).call{ value: 1 }("");
        assertFalse(ok, "it took ether");
        (ok,) = implementation.call{ value: 1 }("");
        assertFalse(ok, "the implementation took ether");
    }
}
