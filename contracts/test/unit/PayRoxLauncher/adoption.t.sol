// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IManifestErrors } from "../../../src/interfaces/IManifestErrors.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Plan, SystemConfig } from "../../../src/interfaces/PayRoxTypes.sol";
import { COLD, LOCK } from "../../harness/Flags.sol";
import { Route } from "../../harness/Manifests.sol";
import { System } from "../../harness/System.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Accepting, Proxy } from "./Proxy.sol";

/// @notice A proxy that existed before takes the router as its implementation.
contract Adoption is System {
    bytes4 private constant ADMIN = 0xf851a440;

    Proxy private proxy;
    Counter private counter;

    function systemConfig() internal override returns (SystemConfig memory c) {
        c = super.systemConfig();
        proxy = new Proxy(address(this), address(new Accepting()));
        c.proxy = address(proxy);
    }

    function setUp() public override {
        super.setUp();
        counter = new Counter();
    }

    function adopt() private {
        proxy.upgradeTo(dispatcher.routerImplementation());
    }

    function someRoutes() private returns (Route[] memory) {
        add(address(counter), Counter.increment.selector, LOCK);
        add(address(counter), Counter.count.selector, COLD);
        return take();
    }

    function refuse(Plan memory plan, bytes memory reason) private {
        (bool ok, bytes memory actual) =
            tryCallAs(bootstrapper, address(dispatcher), abi.encodeCall(dispatcher.stage, (plan)));
        assertFalse(ok, "not refused");
        assertEq(actual, reason, "another reason");
    }

    // --- addresses ---

    function test_users_call_the_proxy_and_the_router_is_its_implementation() public view {
        assertEq(address(router), address(proxy), "another router");
        assertEq(dispatcher.router(), address(proxy), "another router");
        assertNotEq(dispatcher.routerImplementation(), address(proxy), "one address for both");
        assertGt(dispatcher.routerImplementation().code.length, 0, "no implementation");
    }

    function test_A7_A27_proxy_and_implementation_hold_no_role_and_are_no_facet() public {
        address[2] memory both = [address(proxy), dispatcher.routerImplementation()];
        for (uint256 i = 0; i < 2; i++) {
            expectError(IManifestDispatcher.InvalidAccount.selector, both[i]);
            vm.prank(owner);
            dispatcher.setGuardian(both[i], true);
            add(both[i], Counter.increment.selector, 0);
            refuse(planFor(take()), abi.encodeWithSelector(IManifestErrors.FacetIsCore.selector, both[i]));
        }
    }

    // --- before the proxy points to the router ---

    function test_before_the_upgrade_nothing_is_activated_whatever_the_proxy_answers() public {
        Plan memory plan = planFor(someRoutes());
        stage(plan);
        vm.expectRevert();
        activate(plan);
        assertEq(activeEpoch(), 0, "an epoch");
        assertFalse(dispatcher.verifySystemIntegrity(), "a stranger behind the proxy is intact");
    }

    function test_a_stranger_that_answers_with_false_is_refused_by_name() public {
        // The code that returns one word, 0.
        address no = address(0xA0);
        vm.etch(no, hex"60206000f3");
        proxy.upgradeTo(no);
        Plan memory plan = planFor(someRoutes());
        stage(plan);
        expectError(IManifestDispatcher.WrongRouter.selector, address(proxy), address(0));
        activate(plan);
    }

    // --- adopted ---

    function test_an_adopted_proxy_serves_its_manifest_in_its_own_storage() public {
        adopt();
        release(someRoutes());
        assertServed(someRoutes());
        Counter users = Counter(payable(address(proxy)));
        assertEq(users.increment(), 1, "a hot, locked route");
        assertEq(users.count(), 1, "a cold route");
        assertEq(uint256(vm.load(address(proxy), keccak256("test.counter"))), 1, "another storage");
        assertEq(router.owner(), owner, "owner()");
        assertEq(router.dispatcher(), address(dispatcher), "dispatcher()");
        assertEq(router.facetAddress(IPayRoxRouter.batch.selector), address(proxy), "its own functions");

        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(Counter.increment, ());
        calls[1] = abi.encodeCall(Counter.count, ());
        assertEq(router.batch(calls)[1], abi.encode(2), "a batch");
    }

    function test_C21_the_proxys_own_slots_and_old_storage_are_left_alone() public {
        vm.store(address(proxy), bytes32(uint256(3)), bytes32(uint256(99)));
        adopt();
        release(someRoutes());
        assertEq(uint256(vm.load(address(proxy), bytes32(uint256(3)))), 99, "old storage");
        assertEq(proxy.admin(), address(this), "the proxy's admin");
    }

    function test_pause_forbid_and_rollback_reach_the_proxy() public {
        adopt();
        Plan memory first = release(planFor(someRoutes()), "");
        vm.prank(guardian);
        dispatcher.pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        Counter(payable(address(proxy))).increment();
        vm.prank(owner);
        dispatcher.unpause();
        add(address(counter), Counter.count.selector, 0);
        release(take());
        vm.prank(owner);
        dispatcher.rollback(2, 1, first);
        assertServed(someRoutes());
    }

    function test_the_implementation_by_itself_serves_nothing() public {
        adopt();
        release(someRoutes());
        Counter bare = Counter(payable(dispatcher.routerImplementation()));
        expectErrorOf(IPayRoxRouter.NoRoute.selector, Counter.increment.selector);
        bare.increment();
        assertEq(IPayRoxRouter(address(bare)).manifest(), address(0), "it has a manifest");
    }

    // --- its own selectors ---

    function test_A28_H5_what_a_proxy_answers_itself_is_not_routed() public {
        adopt();
        string[5] memory own = [
            "upgradeTo(address)",
            "upgradeToAndCall(address,bytes)",
            "changeAdmin(address)",
            "admin()",
            "implementation()"
        ];
        for (uint256 i = 0; i < 5; i++) {
            bytes4 selector = bytes4(keccak256(bytes(own[i])));
            add(address(counter), selector, 0);
            refuse(
                planFor(take()), abi.encodeWithSelector(IManifestErrors.ReservedSelector.selector, selector)
            );
        }
    }

    function test_A28_without_a_proxy_they_are_selectors_like_any_other() public {
        config.proxy = address(0);
        (address other, address otherRouter) = launcher.launch(config);
        dispatcher = IManifestDispatcher(other);
        router = IPayRoxRouter(otherRouter);
        add(address(counter), ADMIN, 0);
        release(take());
        assertEq(router.facetAddress(ADMIN), address(counter), "refused");
    }
}
