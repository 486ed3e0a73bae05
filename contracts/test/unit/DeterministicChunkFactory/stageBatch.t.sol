// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";

contract StageBatch is FactoryUnit {
    function test_A47_one_that_is_too_large_takes_all_back() public {
        bytes[] memory data = new bytes[](2);
        (data[0], data[1]) = ("content", new bytes(MAX_DATA + 1));
        expectError(IDeterministicChunkFactory.DataTooLarge.selector, MAX_DATA + 1);
        factory.stageBatch(data);
        assertFalse(factory.exists(keccak256(chunkInitCode("content"))), "the first stayed");
    }

    function test_none_is_no_error() public {
        (address[] memory chunks, bytes32[] memory hashes) = factory.stageBatch(new bytes[](0));
        assertEq(chunks.length + hashes.length, 0, "something came back");
    }

    function test_A49_I15_each_is_staged_once_in_order() public {
        bytes[] memory data = new bytes[](4);
        (data[0], data[1], data[2], data[3]) = ("one", "", "three", "one");
        vm.recordLogs();
        (address[] memory chunks, bytes32[] memory hashes) = factory.stageBatch(data);
        assertEq(vm.getRecordedLogs().length, 3, "the repeated one was announced twice");
        for (uint256 i = 0; i < data.length; i++) {
            assertEq(hashes[i], keccak256(chunkInitCode(data[i])), "another hash");
            assertEq(chunks[i], create2Address(0, hashes[i]), "another address");
            assertEq(factory.read(chunks[i]), data[i], "another content");
        }
    }
}
