// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";
import { Burning, Empty, Nesting, Paid, Plain, Refusing, SelfNesting, Silent, Vanishing } from "./Parts.sol";

contract DeployDeterministic is FactoryUnit {
    bytes32 private constant SALT = "salt";

    function deploy(bytes memory initCode, bytes memory arguments) private returns (address) {
        return factory.deployDeterministic(SALT, initCode, arguments);
    }

    function predicted(bytes memory initCode, bytes memory arguments) private view returns (address) {
        return create2Address(SALT, keccak256(bytes.concat(initCode, arguments)));
    }

    function expectFailed(bytes memory initCode, bytes memory arguments) private {
        expectError(IDeterministicChunkFactory.DeploymentFailed.selector, predicted(initCode, arguments));
    }

    // --- sizes ---

    function test_A53_no_init_code_is_refused_even_with_arguments() public {
        expectError(IDeterministicChunkFactory.InitCodeSizeOutOfRange.selector, uint256(0));
        deploy("", "");
        expectError(IDeterministicChunkFactory.InitCodeSizeOutOfRange.selector, 7);
        deploy("", new bytes(7));
    }

    function test_A53_init_code_of_49152_bytes_is_deployed_and_of_49153_is_not() public {
        address deployed = deploy(initCodeOfSize(MAX_INIT_CODE), "");
        assertEq(deployed.code, hex"00", "the largest init code left other code");

        expectError(IDeterministicChunkFactory.InitCodeSizeOutOfRange.selector, MAX_INIT_CODE + 1);
        deploy(initCodeOfSize(MAX_INIT_CODE + 1), "");
    }

    function test_A53_the_arguments_count_towards_the_size() public {
        assertEq(deploy(initCodeOfSize(MAX_INIT_CODE - 32), new bytes(32)).code, hex"00", "the limit");

        expectError(IDeterministicChunkFactory.InitCodeSizeOutOfRange.selector, MAX_INIT_CODE + 1);
        deploy(initCodeOfSize(MAX_INIT_CODE - 31), new bytes(32));
    }

    // --- what exists ---

    function test_A49_the_same_again_gives_the_same_and_no_second_event() public {
        bytes memory code = type(Plain).creationCode;
        address first = deploy(code, abi.encode(1));
        uint64 nonce = vm.getNonce(address(factory));

        vm.recordLogs();
        assertEq(deploy(code, abi.encode(1)), first, "another address");
        assertNoLogs("a second event");
        assertEq(uint256(vm.getNonce(address(factory))), nonce, "a second creation was tried");
    }

    function test_A52_value_for_what_exists_is_refused() public {
        bytes memory code = type(Paid).creationCode;
        address first = factory.deployDeterministic{ value: 3 }(SALT, code, "");
        expectError(IDeterministicChunkFactory.UnexpectedValue.selector, 5);
        factory.deployDeterministic{ value: 5 }(SALT, code, "");
        assertEq(first.balance, 3, "it was paid twice");
        assertEq(address(factory).balance, 0, "the factory kept ether");
    }

    function test_A50_what_a_stranger_deployed_first_is_what_we_would_have_deployed() public {
        bytes memory code = type(Plain).creationCode;
        vm.prank(address(0xBAD), address(0xBAD));
        address theirs = deploy(code, abi.encode(7));

        assertEq(deploy(code, abi.encode(7)), theirs, "another address");
        assertEq(theirs.code, address(new Plain(7)).code, "another code");
    }

    // --- what fails ---

    function test_A51_H19_the_constructors_reason_is_passed_on_to_the_last_byte() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                Refusing.Refused.selector, 42, "a reason longer than a word, so that its tail counts as well"
            )
        );
        deploy(type(Refusing).creationCode, abi.encode(42));
    }

    function test_A51_H19_a_reason_of_one_byte_and_of_a_thousand_are_passed_on() public {
        // PUSH2 size, PUSH0 PUSH0 CODECOPY of itself, REVERT: the reason is the init code.
        uint256[3] memory sizes = [uint256(1), 33, 1000];
        for (uint256 i = 0; i < sizes.length; i++) {
            bytes memory start = bytes.concat(hex"61", bytes2(uint16(sizes[i])), hex"805f5f395ffd");
            bytes memory code = bytes.concat(start, new bytes(1000));
            (bool ok, bytes memory reason) = tryCall(
                address(factory),
                abi.encodeWithSignature("deployDeterministic(bytes32,bytes,bytes)", SALT, code, "")
            );
            assertFalse(ok, "a constructor that reverts deployed");
            assertEq(reason.length, sizes[i], "the reason has another length");
            assertEq(uint8(reason[0]), 0x61, "the reason has other bytes");
        }
    }

    function test_A51_a_constructor_that_reverts_in_silence_fails_with_the_address() public {
        expectFailed(type(Silent).creationCode, "");
        deploy(type(Silent).creationCode, "");
    }

    function test_A51_a_constructor_that_burns_all_gas_fails() public {
        bytes memory code = type(Burning).creationCode;
        expectFailed(code, "");
        factory.deployDeterministic{ gas: 2_000_000 }(SALT, code, "");
        assertEq(predicted(code, "").code.length, 0, "something was left");
    }

    function test_A51_a_constructor_that_leaves_no_code_has_deployed_nothing() public {
        expectFailed(type(Empty).creationCode, "");
        deploy(type(Empty).creationCode, "");
        expectFailed(type(Vanishing).creationCode, "");
        deploy(type(Vanishing).creationCode, "");
    }

    function test_A51_code_that_the_chain_refuses_fails() public {
        bytes memory ef = initCodeFor(hex"ef0001");
        expectFailed(ef, "");
        deploy(ef, "");
    }

    function test_A51_a_constructor_that_asks_for_itself_fails() public {
        bytes memory code = type(SelfNesting).creationCode;
        (bool ok,) = address(factory).call{ gas: 3_000_000 }(
            abi.encodeWithSignature("deployDeterministic(bytes32,bytes,bytes)", SALT, code, abi.encode(SALT))
        );
        assertFalse(ok, "it was deployed inside itself");
        assertEq(predicted(code, abi.encode(SALT)).code.length, 0, "something was left");
    }

    function test_A51_a_constructor_that_deploys_something_else_finds_the_factory_whole() public {
        bytes memory inner = abi.encodeWithSignature(
            "deployDeterministic(bytes32,bytes,bytes)", SALT, type(Plain).creationCode, abi.encode(9)
        );
        address outer = deploy(type(Nesting).creationCode, abi.encode(inner));

        assertEq(outer, predicted(type(Nesting).creationCode, abi.encode(inner)), "the outer address");
        address nested = predicted(type(Plain).creationCode, abi.encode(9));
        assertEq(Nesting(outer).result(), abi.encode(nested), "the inner address");
        assertEq(Plain(nested).value(), 9, "the inner contract");
    }

    // --- what works ---

    function test_a_new_contract_is_announced_with_address_salt_and_hash() public {
        bytes memory code = type(Plain).creationCode;
        bytes32 hash = keccak256(bytes.concat(code, abi.encode(5)));
        expectDeployed(create2Address(SALT, hash), SALT, hash);
        address deployed = deploy(code, abi.encode(5));
        assertEq(Plain(deployed).value(), 5, "the arguments did not arrive");
    }

    function test_A52_value_reaches_the_constructor_whole() public {
        bytes memory code = type(Paid).creationCode;
        address deployed = factory.deployDeterministic{ value: 1 ether }(SALT, code, "");
        assertEq(Paid(deployed).paid(), 1 ether, "the constructor saw less");
        assertEq(deployed.balance, 1 ether, "the contract holds less");
        assertEq(address(factory).balance, 0, "the factory kept ether");
    }

    function test_A52_value_for_a_constructor_that_takes_none_comes_back() public {
        bytes memory code = type(Plain).creationCode;
        uint256 before = address(this).balance;
        expectFailed(code, abi.encode(5));
        factory.deployDeterministic{ value: 1 }(SALT, code, abi.encode(5));
        assertEq(address(this).balance, before, "ether is gone");
    }

    function test_A52_plain_ether_is_refused() public {
        (bool ok,) = address(factory).call{ value: 1 }("");
        assertFalse(ok, "the factory takes ether that nobody gets back");
    }

    function test_H20_only_the_concatenation_counts_and_the_salt_is_bound_apart() public {
        bytes memory code = type(Plain).creationCode;
        bytes memory whole = bytes.concat(code, abi.encode(5));
        address deployed = deploy(code, abi.encode(5));
        assertEq(deploy(whole, ""), deployed, "the same init code has two addresses");
        assertNotEq(
            factory.deployDeterministic("other salt", code, abi.encode(5)), deployed, "the salt is not bound"
        );
        assertNotEq(deploy(code, abi.encode(6)), deployed, "the arguments are not bound");
    }

    function test_A47_I15_C26_prediction_and_deployment_agree(
        bytes32 salt,
        uint256 size,
        bytes calldata arguments,
        uint256 seed
    ) public {
        bytes memory code = noise(bound(size, 1, 24_576), seed);
        if (code[0] == 0xef) code[0] = 0xfe;
        bytes memory initCode = initCodeFor(code);
        bytes32 hash = keccak256(bytes.concat(initCode, arguments));
        address promised = factory.predictAddress(salt, hash);

        assertEq(promised, create2Address(salt, hash), "the prediction is not EIP-1014's");
        assertEq(factory.deployDeterministic(salt, initCode, arguments), promised, "another address");
        assertEq(promised.code, code, "another code");
    }
}
