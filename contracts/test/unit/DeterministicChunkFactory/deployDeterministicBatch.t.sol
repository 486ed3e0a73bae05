// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";
import { Plain, Refusing } from "./Parts.sol";

contract DeployDeterministicBatch is FactoryUnit {
    bytes32[] private salts;
    bytes[] private codes;
    bytes[] private arguments;

    function put(bytes32 salt, bytes memory code, bytes memory argument) private {
        salts.push(salt);
        codes.push(code);
        arguments.push(argument);
    }

    function test_arrays_of_different_length_are_refused() public {
        put("a", type(Plain).creationCode, abi.encode(1));
        salts.push("b");
        expectError(IDeterministicChunkFactory.ArrayLengthMismatch.selector);
        factory.deployDeterministicBatch(salts, codes, arguments);
        codes.push(type(Plain).creationCode);
        expectError(IDeterministicChunkFactory.ArrayLengthMismatch.selector);
        factory.deployDeterministicBatch(salts, codes, arguments);
        salts.pop();
        arguments.push(abi.encode(1));
        expectError(IDeterministicChunkFactory.ArrayLengthMismatch.selector);
        factory.deployDeterministicBatch(salts, codes, arguments);
    }

    function test_none_is_no_error() public {
        assertEq(factory.deployDeterministicBatch(salts, codes, arguments).length, 0, "something came back");
    }

    function test_one_failure_takes_all_back_with_its_reason() public {
        put("a", type(Plain).creationCode, abi.encode(1));
        put("b", type(Refusing).creationCode, abi.encode(3));
        vm.expectPartialRevert(Refusing.Refused.selector);
        factory.deployDeterministicBatch(salts, codes, arguments);

        bytes32 hash = keccak256(bytes.concat(type(Plain).creationCode, abi.encode(1)));
        assertEq(create2Address("a", hash).code.length, 0, "the first stayed");
    }

    function test_A49_A47_each_is_deployed_once_in_order() public {
        for (uint256 i = 0; i < 3; i++) {
            put(bytes32(i), type(Plain).creationCode, abi.encode(i));
        }
        put(bytes32(0), type(Plain).creationCode, abi.encode(0));

        vm.recordLogs();
        address[] memory deployed = factory.deployDeterministicBatch(salts, codes, arguments);
        assertEq(vm.getRecordedLogs().length, 3, "the repeated one was announced twice");
        assertEq(deployed.length, 4, "another number of addresses");
        assertEq(deployed[3], deployed[0], "the repeated one has another address");
        for (uint256 i = 0; i < 3; i++) {
            bytes32 hash = keccak256(bytes.concat(codes[i], arguments[i]));
            assertEq(deployed[i], create2Address(salts[i], hash), "another address");
            assertEq(Plain(deployed[i]).value(), i, "another argument");
        }
    }

    function test_A52_a_batch_takes_no_ether() public {
        put("a", type(Plain).creationCode, abi.encode(1));
        bytes memory data = abi.encodeCall(factory.deployDeterministicBatch, (salts, codes, arguments));
        (bool ok,) = address(factory).call{ value: 1 }(data);
        assertFalse(ok, "the batch took ether");
    }
}
