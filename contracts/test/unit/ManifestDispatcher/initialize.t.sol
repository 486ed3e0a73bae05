// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { SystemConfig } from "../../../src/interfaces/PayRoxTypes.sol";
import { System } from "../../harness/System.sol";

contract Initialize is System {
    function launch() private returns (IManifestDispatcher, IPayRoxRouter) {
        (address dispatcher_, address router_) = launcher.launch(config);
        return (IManifestDispatcher(dispatcher_), IPayRoxRouter(router_));
    }

    // --- guards ---

    function test_A1_A2_C2_a_live_system_is_not_initialised_again() public {
        address[4] memory who = [stranger, owner, bootstrapper, address(launcher)];
        for (uint256 i = 0; i < 4; i++) {
            expectError(IManifestDispatcher.AlreadyInitialized.selector);
            vm.prank(who[i]);
            dispatcher.initialize();
        }
    }

    function test_A4_C3_the_bare_implementation_is_not_initialised() public {
        expectError(IManifestDispatcher.AlreadyInitialized.selector);
        IManifestDispatcher(implementation).initialize();
        assertEq(IManifestDispatcher(implementation).owner(), address(0), "it has an owner");
    }

    function test_A7_C6_an_owner_of_zero_or_of_the_singletons_is_refused() public {
        address[5] memory wrong = [address(0), implementation, extension, address(factory), address(launcher)];
        for (uint256 i = 0; i < 5; i++) {
            config.owner = wrong[i];
            expectError(IManifestDispatcher.InvalidAccount.selector, wrong[i]);
            launcher.launch(config);
        }
    }

    function test_A7_an_adopted_proxy_is_no_owner() public {
        (config.owner, config.proxy) = (stranger, stranger);
        expectError(IManifestDispatcher.InvalidAccount.selector, stranger);
        launcher.launch(config);
    }

    function test_A30_a_delay_out_of_range_is_refused_and_its_bounds_are_not() public {
        uint32[3] memory wrong = [uint32(0), 90 days + 1, type(uint32).max];
        for (uint256 i = 0; i < 3; i++) {
            config.delay = wrong[i];
            expectError(IManifestDispatcher.DelayOutOfRange.selector, wrong[i]);
            launcher.launch(config);
        }
        uint32[2] memory right = [uint32(1), 90 days];
        for (uint256 i = 0; i < 2; i++) {
            config.delay = right[i];
            (IManifestDispatcher made,) = launch();
            (,,,,, uint32 delay,) = made.status();
            assertEq(delay, right[i], "another delay");
        }
    }

    function test_A7_core_contracts_are_no_guardians_and_operators() public {
        config.guardians.push(extension);
        expectError(IManifestDispatcher.InvalidAccount.selector, extension);
        launcher.launch(config);
        config.guardians.pop();
        config.operators.push(address(0));
        expectError(IManifestDispatcher.InvalidAccount.selector, address(0));
        launcher.launch(config);
    }

    // --- effects ---

    function test_C3_C6_every_role_is_set_from_the_address_itself_and_announced() public {
        config.name = "another";
        (address at, address routerAt) = launcher.predict(config);
        vm.expectEmit(at);
        emit IManifestDispatcher.OwnershipTransferred(address(0), owner);
        vm.expectEmit(at);
        emit IManifestDispatcher.GuardianSet(guardian, true);
        vm.expectEmit(at);
        emit IManifestDispatcher.GuardianSet(otherGuardian, true);
        vm.expectEmit(at);
        emit IManifestDispatcher.OperatorSet(operator, true);
        vm.expectEmit(at);
        emit IManifestDispatcher.Initialized(routerAt, owner, bootstrapper, DELAY);
        (IManifestDispatcher made,) = launch();

        assertEq(made.owner(), owner, "owner");
        assertEq(made.pendingOwner(), address(0), "pending owner");
        assertEq(made.bootstrapper(), bootstrapper, "bootstrapper");
        assertTrue(made.isGuardian(guardian) && made.isGuardian(otherGuardian), "guardians");
        assertTrue(made.isOperator(operator), "operator");
        assertFalse(made.isGuardian(operator) || made.isOperator(guardian), "mixed up");
        assertFalse(made.isGuardian(owner) || made.isGuardian(bootstrapper), "a guardian too many");
    }

    function test_the_router_is_created_with_its_dispatcher() public view {
        assertGt(address(router).code.length, 0, "no router");
        assertEq(router.dispatcher(), address(dispatcher), "another dispatcher");
        assertEq(dispatcher.router(), address(router), "another router");
        assertEq(dispatcher.routerImplementation(), address(router), "another implementation");
        assertEq(router.manifest(), address(0), "a manifest");
        assertFalse(router.paused(), "paused");
    }

    function test_a_new_system_is_at_rest() public view {
        (bool paused, bool halted, bool frozen, bool isSealed, uint64 floor, uint32 delay, uint64 count) =
            dispatcher.status();
        assertFalse(paused || halted || frozen || isSealed, "a flag is set");
        assertEq(floor + count, 0, "floor and unpauses");
        assertEq(delay, DELAY, "delay");
        assertEq(dispatcher.forbidden().length, 0, "forbidden");
    }

    function test_no_guardians_and_no_operators_are_no_error_and_255_of_each_neither() public {
        delete config.guardians;
        delete config.operators;
        launch();
        for (uint160 i = 1; i <= 255; i++) {
            config.guardians.push(address(0x10000 + i));
            config.operators.push(address(0x20000 + i));
        }
        (IManifestDispatcher made,) = launch();
        for (uint160 i = 1; i <= 255; i++) {
            assertTrue(made.isGuardian(address(0x10000 + i)), "a guardian is missing");
            assertFalse(made.isOperator(address(0x10000 + i)), "a guardian operates");
            assertTrue(made.isOperator(address(0x20000 + i)), "an operator is missing");
            assertFalse(made.isGuardian(address(0x20000 + i)), "an operator guards");
        }
    }

    function test_C21_H1_nothing_lies_at_a_plain_slot() public {
        config.name = "another";
        vm.record();
        (IManifestDispatcher made,) = launch();
        (, bytes32[] memory writes) = vm.accesses(address(made));
        assertGt(writes.length, 0, "nothing was written");
        for (uint256 i = 0; i < writes.length; i++) {
            assertGt(uint256(writes[i]), type(uint128).max, "a plain slot was written");
        }
    }
}
