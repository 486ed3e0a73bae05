// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";
import { Plain } from "./Parts.sol";

contract Predict is FactoryUnit {
    function test_A47_what_cannot_be_staged_is_not_predicted() public {
        expectError(IDeterministicChunkFactory.DataTooLarge.selector, MAX_DATA + 1);
        factory.predict(new bytes(MAX_DATA + 1));
    }

    function test_H20_I15_content_alone_decides(bytes calldata data, bytes calldata other) public view {
        (address chunk, bytes32 hash) = factory.predict(data);
        assertEq(hash, keccak256(chunkInitCode(data)), "another hash than documented");
        assertEq(chunk, factory.predictAddress(0, hash), "another address than documented");
        (address otherChunk,) = factory.predict(other);
        assertEq(chunk == otherChunk, keccak256(data) == keccak256(other), "two contents, one address");
    }

    function test_A47_C26_H20_addresses_are_those_of_EIP_1014(bytes32 salt, bytes32 hash) public view {
        assertEq(factory.predictAddress(salt, hash), create2Address(salt, hash), "another address");
    }
}

contract Read is FactoryUnit {
    function expectNoChunk(address account) private {
        expectError(IDeterministicChunkFactory.NotAChunk.selector, account);
        factory.read(account);
    }

    function test_what_has_no_code_is_no_chunk() public {
        expectNoChunk(address(0));
        expectNoChunk(address(0xBEEF));
        expectNoChunk(address(1));
    }

    function test_what_was_deployed_is_no_chunk() public {
        expectNoChunk(address(new Plain(1)));
        expectNoChunk(factory.deployDeterministic(0, type(Plain).creationCode, abi.encode(1)));
        expectNoChunk(address(factory));
    }

    function test_a_chunks_code_elsewhere_is_no_chunk() public {
        (address chunk,) = factory.stage("content");
        vm.etch(address(0xBEEF), chunk.code);
        expectNoChunk(address(0xBEEF));
        expectNoChunk(factory.deployDeterministic("other salt", chunkInitCode("content"), ""));
    }

    function test_A15_A48_C23_code_that_does_not_begin_with_STOP_is_no_chunk(bytes1 first) public {
        vm.assume(first != 0x00 && first != 0xef);
        expectNoChunk(factory.deployDeterministic(0, initCodeFor(bytes.concat(first, "content")), ""));
    }

    function test_C24_a_chunk_whose_code_changed_is_none() public {
        (address chunk,) = factory.stage("content");
        vm.etch(chunk, "\x00contenu");
        expectNoChunk(chunk);
        vm.etch(chunk, "\x01content");
        expectNoChunk(chunk);
    }
}

contract Exists is FactoryUnit {
    function test_only_what_was_staged_exists() public {
        (, bytes32 hash) = factory.predict("content");
        assertFalse(factory.exists(hash), "before it was staged");
        factory.stage("content");
        assertTrue(factory.exists(hash), "after it was staged");
        assertFalse(factory.exists(0), "nothing has a hash of zero");
        assertFalse(factory.exists(keccak256("content")), "the hash is the init code's");
    }

    function test_C23_what_was_deployed_and_is_no_chunk_does_not_exist() public {
        bytes[3] memory initCodes = [
            bytes.concat(type(Plain).creationCode, abi.encode(1)),
            initCodeFor("\x01content"),
            // A STOP and nothing behind it, as an empty chunk has, by another init code.
            initCodeOfSize(20)
        ];
        for (uint256 i = 0; i < 3; i++) {
            address deployed = factory.deployDeterministic(0, initCodes[i], "");
            assertGt(deployed.code.length, 0, "nothing was deployed");
            assertFalse(factory.exists(keccak256(initCodes[i])), "it passes for a chunk");
        }
    }
}

contract ValidateBytecodeSize is FactoryUnit {
    function test_A53_from_1_to_49152_bytes() public view {
        assertFalse(factory.validateBytecodeSize(""), "0");
        assertTrue(factory.validateBytecodeSize(new bytes(1)), "1");
        assertTrue(factory.validateBytecodeSize(new bytes(MAX_INIT_CODE)), "49,152");
        assertFalse(factory.validateBytecodeSize(new bytes(MAX_INIT_CODE + 1)), "49,153");
    }
}
