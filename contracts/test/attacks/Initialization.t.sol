// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { SystemConfig } from "../../src/interfaces/PayRoxTypes.sol";
import { Acts } from "../harness/Acts.sol";
import { System } from "../harness/System.sol";

/// @notice Cannot accept anything: it has no code that could call.
contract Mute { }

/// @notice Nobody gets a system by being first, second or quick.
contract InitializationAttacks is System {
    bytes4 private constant RENOUNCE = bytes4(keccak256("renounceOwnership()"));

    function test_A1_A2_C2_C6_a_live_system_is_not_initialised_again_by_anyone() public {
        address[3] memory callers = [stranger, owner, address(launcher)];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.prank(callers[i]);
            expectError(IManifestDispatcher.AlreadyInitialized.selector);
            dispatcher.initialize();
        }
        assertEq(dispatcher.owner(), owner, "the owner changed");
    }

    function test_A1_A4_C3_the_bare_implementation_cannot_be_initialised() public {
        address[2] memory callers = [stranger, address(launcher)];
        for (uint256 i = 0; i < callers.length; i++) {
            vm.prank(callers[i]);
            expectError(IManifestDispatcher.AlreadyInitialized.selector);
            IManifestDispatcher(implementation).initialize();
        }
        assertEq(IManifestDispatcher(implementation).owner(), address(0), "the implementation has an owner");
    }

    function test_A3_C3_a_launch_placed_in_front_of_ours_makes_the_same_system() public {
        SystemConfig memory next = config;
        next.name = "contested";
        (address predicted, address predictedRouter) = launcher.predict(next);

        vm.prank(stranger);
        launcher.launch(next);
        assertEq(IManifestDispatcher(predicted).owner(), owner, "the stranger's launch gave another owner");
        assertEq(IManifestDispatcher(predicted).bootstrapper(), bootstrapper, "another bootstrapper");
        assertFalse(IManifestDispatcher(predicted).isGuardian(stranger), "the stranger is a guardian");

        vm.prank(bootstrapper);
        (address dispatcher_, address router_) = launcher.launch(next);
        assertEq(dispatcher_, predicted, "our launch met another dispatcher");
        assertEq(router_, predictedRouter, "our launch met another router");
    }

    function test_A3_C6_any_other_configuration_has_another_address() public view {
        (address ours,) = launcher.predict(config);
        for (uint256 i = 0; i < 7; i++) {
            SystemConfig memory other = systemConfigCopy();
            if (i == 0) other.name = "other";
            if (i == 1) other.owner = stranger;
            if (i == 2) other.bootstrapper = stranger;
            if (i == 3) other.guardians[1] = stranger;
            if (i == 4) other.operators[0] = stranger;
            if (i == 5) other.delay += 1;
            if (i == 6) other.proxy = stranger;
            (address theirs,) = launcher.predict(other);
            assertNotEq(theirs, ours, "the address does not bind the configuration");
        }
    }

    /// @dev The border between guardians and operators is bound too.
    function test_A3_a_guardian_made_an_operator_has_another_address() public view {
        SystemConfig memory other = systemConfigCopy();
        address[] memory guardians = new address[](1);
        guardians[0] = guardian;
        address[] memory operators = new address[](2);
        (operators[0], operators[1]) = (otherGuardian, operator);
        (other.guardians, other.operators) = (guardians, operators);
        (address ours,) = launcher.predict(config);
        (address theirs,) = launcher.predict(other);
        assertNotEq(theirs, ours, "roles can be moved without moving the address");
    }

    function test_A5_C2_renouncing_does_not_exist() public {
        vm.prank(owner);
        (bool ok,) = address(dispatcher).call(abi.encodeWithSelector(RENOUNCE));
        assertFalse(ok, "ownership was renounced");
        assertEq(dispatcher.owner(), owner, "the owner is gone");
        expectError(IManifestDispatcher.AlreadyInitialized.selector);
        dispatcher.initialize();
    }

    function test_A6_H17_mutators_and_initialisers_called_through_the_router_revert() public {
        bytes[] memory calls = new bytes[](8);
        calls[0] = abi.encodeCall(IManifestDispatcher.initialize, ());
        calls[1] = abi.encodeCall(IManifestDispatcher.pause, ());
        calls[2] = abi.encodeCall(IManifestDispatcher.unpause, ());
        calls[3] = abi.encodeCall(IManifestDispatcher.setGuardian, (stranger, true));
        calls[4] = abi.encodeCall(IManifestDispatcher.setDelay, (1));
        calls[5] = abi.encodeCall(IManifestDispatcher.transferOwnership, (stranger));
        calls[6] = abi.encodeCall(IManifestDispatcher.acceptOwnership, ());
        calls[7] = abi.encodeCall(IManifestDispatcher.freeze, ());
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(owner);
            expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(calls[i]));
            (bool ignored,) = address(router).call(calls[i]);
            ignored;
        }
    }

    function test_A7_C6_nobody_and_no_core_contract_becomes_owner() public {
        address[] memory core = coreContracts();
        for (uint256 i = 0; i < core.length; i++) {
            vm.prank(owner);
            expectError(IManifestDispatcher.InvalidAccount.selector, core[i]);
            dispatcher.transferOwnership(core[i]);
        }
    }

    function test_A7_C6_no_system_is_launched_for_nobody_or_for_a_core_contract() public {
        address[4] memory owners = [address(0), address(factory), extension, address(launcher)];
        for (uint256 i = 0; i < owners.length; i++) {
            SystemConfig memory bad = systemConfigCopy();
            bad.owner = owners[i];
            expectError(IManifestDispatcher.InvalidAccount.selector, owners[i]);
            launcher.launch(bad);
        }
    }

    function test_A7_guardians_and_operators_are_no_core_contracts_either() public {
        address[] memory core = coreContracts();
        for (uint256 i = 0; i < core.length; i++) {
            vm.prank(owner);
            expectError(IManifestDispatcher.InvalidAccount.selector, core[i]);
            dispatcher.setGuardian(core[i], true);
            vm.prank(owner);
            expectError(IManifestDispatcher.InvalidAccount.selector, core[i]);
            dispatcher.setOperator(core[i], true);
        }
    }

    function test_A8_only_whom_it_is_offered_to_accepts() public {
        expectUnauthorized(stranger);
        vm.prank(stranger);
        dispatcher.acceptOwnership();

        vm.prank(owner);
        dispatcher.transferOwnership(operator);
        vm.prank(owner);
        dispatcher.transferOwnership(guardian);
        expectUnauthorized(operator);
        vm.prank(operator);
        dispatcher.acceptOwnership();

        vm.prank(owner);
        dispatcher.transferOwnership(owner);
        assertEq(dispatcher.pendingOwner(), address(0), "an offer to oneself cancels");
        expectUnauthorized(guardian);
        vm.prank(guardian);
        dispatcher.acceptOwnership();
        assertEq(dispatcher.owner(), owner, "the owner changed");
    }

    /// @notice Every act there is but two that ask for no role: `initialize`, and `pauseBySig`, which asks for a signature.
    function test_A9_the_old_owner_can_do_nothing() public {
        bytes[] memory acts = Acts.ofDispatcher(subject());
        vm.prank(owner);
        dispatcher.transferOwnership(stranger);
        vm.prank(stranger);
        dispatcher.acceptOwnership();

        uint256 refused;
        for (uint256 i = 0; i < acts.length; i++) {
            bytes4 act = bytes4(acts[i]);
            if (act == dispatcher.initialize.selector || act == dispatcher.pauseBySig.selector) continue;
            (bool ok, bytes memory reason) = tryCallAs(owner, address(dispatcher), acts[i]);
            assertFalse(ok, "the old owner did something");
            assertEq(
                reason, abi.encodeWithSelector(IManifestDispatcher.Unauthorized.selector, owner), "reason"
            );
            refused++;
        }
        assertEq(refused, 23, "the list lost an act");
    }

    function test_A10_an_offer_to_who_cannot_accept_leaves_the_owner() public {
        Mute mute = new Mute();
        vm.prank(owner);
        dispatcher.transferOwnership(address(mute));
        assertEq(dispatcher.owner(), owner, "the owner changed without acceptance");
        vm.prank(owner);
        dispatcher.pause();
        vm.prank(owner);
        dispatcher.transferOwnership(operator);
        assertEq(dispatcher.pendingOwner(), operator, "the offer cannot be replaced");
    }

    function subject() private returns (Acts.Subject memory s) {
        add(address(new Mute()), 0x12345678, 0);
        s.next = planFor(take());
        (s.activePlan, s.parent) = (s.next, s.next);
        s.epoch = 1;
        s.planId = stage(s.next);
        (s.guardian, s.account) = (guardian, owner);
    }

    function coreContracts() private view returns (address[] memory core) {
        core = new address[](7);
        core[0] = address(0);
        core[1] = address(dispatcher);
        core[2] = address(router);
        core[3] = implementation;
        core[4] = extension;
        core[5] = address(factory);
        core[6] = address(launcher);
    }

    function systemConfigCopy() private view returns (SystemConfig memory) {
        return abi.decode(abi.encode(config), (SystemConfig));
    }
}
