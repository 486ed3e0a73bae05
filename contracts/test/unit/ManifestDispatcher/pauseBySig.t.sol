// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { ContractGuardian, Delegate } from "./Guardians.sol";

contract PauseBySig is Unit {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    bytes32 private constant NONCE = "nonce";
    uint64 private deadline;

    function setUp() public override {
        super.setUp();
        deadline = uint64(time()) + 1 hours;
    }

    /// @dev EIP-712 by hand.
    function digest(uint256 chain, address verifier, bytes32 nonce, uint64 until, uint64 count)
        private
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("PayRox"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(keccak256("Pause(bytes32 nonce,uint64 deadline,uint64 unpauses)"), nonce, until, count)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function digest() private view returns (bytes32) {
        return digest(block.chainid, address(dispatcher), NONCE, deadline, 0);
    }

    function sign(uint256 key, bytes32 hash) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    function send(bytes memory signature) private {
        vm.prank(stranger);
        dispatcher.pauseBySig(guardian, NONCE, deadline, signature);
    }

    function assertInvalid(bytes memory signature) private {
        expectError(IManifestDispatcher.InvalidSignature.selector, guardian);
        send(signature);
        assertFalse(isPaused(), "paused");
    }

    // --- guards, in their order ---

    function test_A45_the_deadline_itself_is_in_time_and_the_next_second_is_not() public {
        bytes memory signature = sign(guardianKey, digest());
        vm.warp(deadline);
        uint256 state = vm.snapshotState();
        send(signature);
        vm.revertToState(state);
        vm.warp(time() + 1);
        expectError(IManifestDispatcher.Expired.selector, deadline, time());
        send(signature);
    }

    function test_A45_only_guardians_sign_not_even_the_owner() public {
        expectUnauthorized(stranger);
        dispatcher.pauseBySig(stranger, NONCE, deadline, sign(strangerKey, digest()));
        expectUnauthorized(owner);
        dispatcher.pauseBySig(owner, NONCE, deadline, sign(ownerKey, digest()));
        expectUnauthorized(address(0));
        dispatcher.pauseBySig(address(0), NONCE, deadline, new bytes(65));
    }

    function test_A45_A55_a_removed_guardians_signature_is_void() public {
        bytes memory signature = sign(guardianKey, digest());
        vm.prank(owner);
        dispatcher.setGuardian(guardian, false);
        expectUnauthorized(guardian);
        send(signature);
    }

    function test_A45_a_signature_pauses_once() public {
        bytes memory signature = sign(guardianKey, digest());
        send(signature);
        expectError(IManifestDispatcher.NonceUsed.selector, guardian, NONCE);
        send(signature);
        unpause();
        expectError(IManifestDispatcher.NonceUsed.selector, guardian, NONCE);
        send(sign(guardianKey, digest(block.chainid, address(dispatcher), NONCE, deadline, 1)));
        assertFalse(isPaused(), "paused");
    }

    function test_A45_nonces_are_each_guardians_own() public {
        vm.prank(owner);
        dispatcher.setGuardian(stranger, true);
        send(sign(guardianKey, digest()));
        dispatcher.pauseBySig(stranger, NONCE, deadline, sign(strangerKey, digest()));
    }

    function test_A45_another_signer_is_refused() public {
        assertInvalid(sign(strangerKey, digest()));
        assertInvalid(sign(ownerKey, digest()));
    }

    function test_A45_another_chain_contract_nonce_deadline_or_count_is_refused() public {
        address at = address(dispatcher);
        assertInvalid(sign(guardianKey, digest(block.chainid + 1, at, NONCE, deadline, 0)));
        assertInvalid(sign(guardianKey, digest(block.chainid, address(router), NONCE, deadline, 0)));
        assertInvalid(sign(guardianKey, digest(block.chainid, implementation, NONCE, deadline, 0)));
        assertInvalid(sign(guardianKey, digest(block.chainid, at, "other", deadline, 0)));
        assertInvalid(sign(guardianKey, digest(block.chainid, at, NONCE, deadline + 1, 0)));
        assertInvalid(sign(guardianKey, digest(block.chainid, at, NONCE, deadline, 1)));
    }

    function test_A45_what_was_signed_before_the_last_unpause_is_void() public {
        bytes memory signature = sign(guardianKey, digest());
        unpause();
        assertInvalid(signature);
        send(sign(guardianKey, digest(block.chainid, address(dispatcher), NONCE, deadline, 1)));
        assertTrue(isPaused(), "the count is not the one that is published");
    }

    function test_A45_a_malleable_signature_is_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(guardianKey, digest());
        bytes32 high = bytes32(ORDER - uint256(s));
        uint8 flipped = v == 27 ? 28 : 27;
        assertEq(ecrecover(digest(), flipped, r, high), guardian, "the twin is a signature");
        assertInvalid(abi.encodePacked(r, high, flipped));
    }

    function test_A45_signatures_of_another_form_are_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(guardianKey, digest());
        assertInvalid("");
        assertInvalid(abi.encodePacked(r, s));
        assertInvalid(abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        assertInvalid(abi.encodePacked(r, s, v, uint8(0)));
        assertInvalid(abi.encodePacked(r, s, v - 27));
        assertInvalid(new bytes(65));
    }

    // --- effects ---

    function test_A45_a_guardians_signature_pauses_whoever_sends_it() public {
        bytes memory signature = sign(guardianKey, digest());
        expectFromDispatcher();
        emit IManifestDispatcher.Paused(guardian);
        send(signature);
        assertTrue(isPaused() && router.paused(), "not paused");
        assertFalse(isHalted(), "halted");
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        asCounter().increment();
        assertTrue(dispatcher.verifySystemIntegrity(), "not intact");
    }

    function test_A45_it_works_while_frozen_sealed_and_paused_already() public {
        freeze();
        sealNow();
        pause();
        deadline = uint64(time());
        send(sign(guardianKey, digest()));
        assertTrue(isPaused(), "not paused");
    }

    function test_A45_a_delegated_accounts_key_still_counts() public {
        // A wallet contract that says no to everything, behind the guardian's own key.
        vm.etch(guardian, abi.encodePacked(hex"ef0100", address(new Delegate())));
        send(sign(guardianKey, digest()));
        assertTrue(isPaused(), "the key does not count");
    }

    function test_A45_a_contract_guardian_signs_by_ERC_1271_and_once() public {
        ContractGuardian wallet = new ContractGuardian(vm.addr(strangerKey));
        vm.prank(owner);
        dispatcher.setGuardian(address(wallet), true);
        bytes memory signature = sign(strangerKey, digest());

        expectError(IManifestDispatcher.InvalidSignature.selector, address(wallet));
        dispatcher.pauseBySig(address(wallet), NONCE, deadline, sign(guardianKey, digest()));
        expectFromDispatcher();
        emit IManifestDispatcher.Paused(address(wallet));
        dispatcher.pauseBySig(address(wallet), NONCE, deadline, signature);
        expectError(IManifestDispatcher.NonceUsed.selector, address(wallet), NONCE);
        dispatcher.pauseBySig(address(wallet), NONCE, deadline, signature);
    }

    function test_A45_whatever_else_a_contract_guardian_answers_is_no(uint8 mode) public {
        ContractGuardian wallet = new ContractGuardian(vm.addr(strangerKey));
        vm.prank(owner);
        dispatcher.setGuardian(address(wallet), true);
        wallet.answer(ContractGuardian.Mode(bound(mode, 1, 5)));
        expectError(IManifestDispatcher.InvalidSignature.selector, address(wallet));
        dispatcher.pauseBySig(address(wallet), NONCE, deadline, sign(strangerKey, digest()));
        assertFalse(isPaused(), "paused");
    }
}
