// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "payrox/src/interfaces/IDeterministicChunkFactory.sol";

import { DemoToken } from "../../src/demo/DemoToken.sol";
import { IChunkFactory } from "../../src/interfaces/IChunkFactory.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";
import { SharePayer } from "../attackers/SharePayer.sol";

contract ChunkFactoryTest is PaymentsTest {
    function test_it_points_at_the_factory_of_the_chain_and_at_nothing_else() public {
        assertEq(system.chunkFactory(), address(factory), "the immutable");
        bytes memory code = vm.getCode("out/ChunkFactory.sol/ChunkFactory.json");
        expectError(IChunkFactory.NoFactory.selector);
        factory.deployDeterministic(bytes32(0), code, abi.encode(address(0)));
    }

    function test_data_staged_through_the_system_lies_where_the_factory_says() public {
        bytes memory data = "terms and conditions, version 3";
        (address predicted, bytes32 hash) = system.predict(data);
        vm.prank(stranger);
        (address chunk, bytes32 staged) = system.stage(data);

        assertEq(chunk, predicted, "chunk");
        assertEq(staged, hash, "hash");
        assertEq(factory.read(chunk), data, "content");
        (address again,) = factory.predict(data);
        assertEq(again, chunk, "the factory says the same");
    }

    function test_the_publisher_deploys_what_the_factory_would_deploy() public {
        bytes memory code = type(DemoToken).creationCode;
        bytes32 salt = keccak256("demo");
        vm.prank(owner);
        address deployed = system.deployDeterministic(salt, code, "");
        assertEq(deployed, factory.predictAddress(salt, keccak256(code)), "address");
        assertEq(DemoToken(deployed).symbol(), "DEMO", "alive");

        vm.prank(owner);
        assertEq(system.deployDeterministic(salt, code, ""), deployed, "again the same");
    }

    function test_arguments_and_value_reach_the_constructor() public {
        bytes memory code = type(SharePayer).creationCode;
        vm.deal(owner, 5);
        vm.prank(owner);
        SharePayer deployed =
            SharePayer(system.deployDeterministic{ value: 5 }(bytes32(0), code, abi.encode(uint256(42))));
        assertEq(deployed.share(), 42, "argument");
        assertEq(address(deployed).balance, 5, "value");

        vm.deal(owner, 1);
        vm.prank(owner);
        expectError(IDeterministicChunkFactory.UnexpectedValue.selector, uint256(1));
        system.deployDeterministic{ value: 1 }(bytes32(0), code, abi.encode(uint256(42)));
    }

    function test_H19_the_constructors_own_error_comes_through() public {
        vm.prank(owner);
        expectError(SharePayer.NoShare.selector);
        system.deployDeterministic(bytes32(0), type(SharePayer).creationCode, abi.encode(uint256(0)));
    }

    function test_nobody_else_deploys_in_the_systems_name() public {
        vm.prank(manager);
        expectMissingRole(manager, PUBLISHER);
        system.deployDeterministic(bytes32(0), hex"00", "");
    }
}
