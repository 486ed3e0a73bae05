// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";

contract Stage is FactoryUnit {
    /// @dev The whole promise for one content: predicted, announced, stored and read.
    function assertRoundTrip(bytes memory data) private {
        bytes32 hash = keccak256(chunkInitCode(data));
        address promised = create2Address(0, hash);
        (address predicted, bytes32 predictedHash) = factory.predict(data);
        assertEq(predicted, promised, "predicted elsewhere");
        assertEq(predictedHash, hash, "predicted another hash");

        (address chunk, bytes32 stagedHash) = factory.stage(data);
        assertEq(chunk, promised, "staged elsewhere");
        assertEq(stagedHash, hash, "staged another hash");
        assertEq(chunk.code, bytes.concat(hex"00", data), "the code is not a STOP and the data");
        assertEq(factory.read(chunk), data, "read is not what was staged");
        assertTrue(factory.exists(hash), "it does not exist");
    }

    function test_A47_24576_bytes_are_refused_and_24575_are_not() public {
        expectError(IDeterministicChunkFactory.DataTooLarge.selector, MAX_DATA + 1);
        factory.stage(new bytes(MAX_DATA + 1));
        assertRoundTrip(noise(MAX_DATA, 1));
    }

    function test_A47_C24_C25_every_length_class_comes_back_as_it_went_in() public {
        uint256[19] memory lengths = [
            uint256(0), 1, 2, 10, 21, 22, 31, 32, 33, 63, 64, 65, 254, 255, 256, 257, 8192, 24_574, 24_575
        ];
        for (uint256 i = 0; i < lengths.length; i++) {
            assertRoundTrip(noise(lengths[i], i));
            assertRoundTrip(new bytes(lengths[i]));
        }
    }

    function test_A47_first_bytes_with_a_meaning_are_only_data() public {
        bytes1[5] memory first = [bytes1(0xef), 0xff, 0x60, 0x00, 0xf3];
        for (uint256 i = 0; i < first.length; i++) {
            assertRoundTrip(abi.encodePacked(first[i]));
            assertRoundTrip(abi.encodePacked(first[i], noise(500, i)));
        }
        assertRoundTrip(abi.encodePacked(hex"ef0100", address(this)));
    }

    function test_A47_I15_C24_C25_C26_whatever_is_staged_is_read(uint256 size, uint256 seed) public {
        assertRoundTrip(noise(bound(size, 0, MAX_DATA), seed));
    }

    function test_A47_I15_C25_whatever_short_bytes_are_staged_are_read(bytes calldata data) public {
        assertRoundTrip(data);
    }

    function test_a_new_chunk_is_announced_with_address_hash_and_size() public {
        bytes32 hash = keccak256(chunkInitCode("content"));
        expectStaged(create2Address(0, hash), hash, 7);
        factory.stage("content");
    }

    function test_A49_the_same_again_gives_the_same_and_no_second_event() public {
        (address chunk, bytes32 hash) = factory.stage("content");
        vm.recordLogs();
        vm.prank(address(0xBEEF));
        (address again, bytes32 hashAgain) = factory.stage("content");
        assertNoLogs("a second event");
        assertEq(again, chunk, "another address");
        assertEq(hashAgain, hash, "another hash");
    }

    function test_A48_a_chunk_that_is_called_does_nothing_and_does_not_die() public {
        // SELFDESTRUCT to the caller, if it ever ran.
        (address chunk,) = factory.stage(hex"33ff");
        bytes memory code = chunk.code;
        vm.record();
        (bool ok, bytes memory result) = chunk.call{ value: 0 }(hex"12345678");
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(chunk);
        assertTrue(ok && result.length == 0, "a STOP answers nothing");
        assertEq(reads.length + writes.length, 0, "it touched storage");
        assertEq(chunk.code, code, "it died");
    }

    function test_A48_a_delegatecall_into_a_chunk_changes_nothing() public {
        (address chunk,) = factory.stage(hex"6001600055");
        bytes32 before = vm.load(address(this), bytes32(0));
        (bool ok, bytes memory result) = chunk.delegatecall("");
        assertTrue(ok && result.length == 0, "a STOP answers nothing");
        assertEq(vm.load(address(this), bytes32(0)), before, "it wrote into the caller");
    }

    function test_A50_a_chunk_deployed_as_a_contract_is_the_same_chunk() public {
        bytes memory initCode = chunkInitCode("content");
        address deployed = factory.deployDeterministic(bytes32(0), initCode, "");
        (address chunk,) = factory.stage("content");
        assertEq(chunk, deployed, "one content at two addresses");
        assertEq(factory.read(chunk), "content", "it cannot be read");
    }

    function test_A52_stage_takes_no_ether() public {
        (bool ok,) = address(factory).call{ value: 1 }(abi.encodeCall(factory.stage, ("content")));
        assertFalse(ok, "stage took ether");
    }

    function test_A51_a_creation_that_runs_out_of_gas_fails_with_the_address() public {
        bytes memory data = noise(10_000, 3);
        (address chunk,) = factory.predict(data);
        (bool ok,) = address(factory).call{ gas: 1_000_000 }(abi.encodeCall(factory.stage, (data)));
        assertFalse(ok, "2 million gas of code for one");
        assertEq(chunk.code.length, 0, "something was left");
    }
}
