// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxLauncher } from "../../../src/interfaces/IPayRoxLauncher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { System } from "../../harness/System.sol";

contract Launch is System {
    function test_more_than_255_guardians_are_refused() public {
        for (uint160 i = 1; i <= 254; i++) {
            config.guardians.push(address(0x10000 + i));
        }
        assertEq(config.guardians.length, 256, "the first two count");
        expectError(IPayRoxLauncher.TooManyGuardians.selector, 256);
        launcher.launch(config);
        expectError(IPayRoxLauncher.TooManyGuardians.selector, 256);
        launcher.predict(config);
    }

    function test_a_new_system_is_announced_with_name_addresses_and_owner() public {
        config.name = "another";
        (address dispatcher_, address router_) = launcher.predict(config);
        vm.expectEmit(address(launcher));
        emit IPayRoxLauncher.SystemLaunched("another", dispatcher_, router_, owner);
        vm.prank(stranger);
        (address made, address madeRouter) = launcher.launch(config);
        assertEq(made, dispatcher_, "another dispatcher");
        assertEq(madeRouter, router_, "another router");
    }

    function test_A3_C3_a_system_that_exists_is_returned_without_an_event() public {
        vm.recordLogs();
        vm.prank(stranger);
        (address again, address routerAgain) = launcher.launch(config);
        assertEq(vm.getRecordedLogs().length, 0, "an event");
        assertEq(again, address(dispatcher), "another dispatcher");
        assertEq(routerAgain, address(router), "another router");
    }

    function test_A3_C6_the_launchers_caller_gets_nothing() public {
        config.name = "another";
        vm.prank(stranger);
        (address made,) = launcher.launch(config);
        assertEq(IManifestDispatcher(made).owner(), owner, "another owner");
        assertFalse(IManifestDispatcher(made).isGuardian(stranger), "a guardian");
        assertFalse(IManifestDispatcher(made).isOperator(stranger), "an operator");
    }

    function test_C5_the_dispatcher_is_a_clone_with_its_configuration_behind_its_code() public view {
        bytes memory arguments = bytes.concat(
            abi.encodePacked(launcher, address(0), bootstrapper, owner, DELAY, uint8(2)),
            abi.encodePacked(guardian, otherGuardian, operator)
        );
        bytes memory code = bytes.concat(
            hex"363d3d373d3d3d363d73", bytes20(implementation), hex"5af43d82803e903d91602b57fd5bf3"
        );
        assertEq(code.length, 0x2d, "ERC-1167's length");
        assertEq(address(dispatcher).code, bytes.concat(code, arguments), "another clone");
    }

    function test_H12_a_launch_takes_no_ether_and_neither_does_the_launcher() public {
        vm.deal(address(this), 2);
        (bool ok,) = address(launcher).call{ value: 1 }(abi.encodeCall(launcher.launch, (config)));
        assertFalse(ok, "launch took ether");
        (ok,) = address(launcher).call{ value: 1 }("");
        assertFalse(ok, "the launcher took ether");
    }

    function test_C16_the_launcher_has_no_storage() public {
        config.name = "another";
        vm.record();
        launcher.launch(config);
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(launcher));
        assertEq(reads.length + writes.length, 0, "it uses storage");
        assertEq(launcher.implementation(), implementation, "another implementation");
    }

    function test_C4_two_systems_share_nothing() public {
        config.name = "another";
        (address made, address madeRouter) = launcher.launch(config);
        vm.prank(guardian);
        IManifestDispatcher(made).pause();
        assertTrue(IPayRoxRouter(madeRouter).paused(), "not paused");
        assertFalse(isPaused() || router.paused(), "the first one paused too");
        vm.expectRevert(abi.encodeWithSelector(IPayRoxRouter.NotDispatcher.selector, made));
        vm.prank(made);
        (bool ok,) = address(router)
            .call(
                abi.encodeWithSignature("setStatus(address,uint256,bytes4[])", address(0), 1, new bytes4[](0))
            );
        assertTrue(ok, "expected above");
    }
}
