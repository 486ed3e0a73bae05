// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { FactoryUnit } from "./FactoryUnit.sol";
import { Paid, Plain } from "./Parts.sol";

/// @notice The overload that names the code it expects.
contract DeployDeterministicExpecting is FactoryUnit {
    function test_A49_new_code_other_than_expected_reverts_and_leaves_nothing() public {
        bytes memory code = type(Plain).creationCode;
        address at = create2Address("salt", keccak256(bytes.concat(code, abi.encode(1))));
        bytes32 actual = address(new Plain(1)).codehash;
        expectError(IDeterministicChunkFactory.UnexpectedCode.selector, at, bytes32("other"), actual);
        factory.deployDeterministic("salt", code, abi.encode(1), "other");
        assertEq(at.code.length, 0, "it was deployed all the same");
    }

    function test_A49_A50_found_code_other_than_expected_reverts() public {
        bytes memory code = type(Plain).creationCode;
        address at = factory.deployDeterministic("salt", code, abi.encode(1));
        expectError(IDeterministicChunkFactory.UnexpectedCode.selector, at, bytes32(0), address(at).codehash);
        factory.deployDeterministic("salt", code, abi.encode(1), bytes32(0));

        bytes32 before = at.codehash;
        vm.etch(at, hex"60016000f3");
        expectError(IDeterministicChunkFactory.UnexpectedCode.selector, at, before, at.codehash);
        factory.deployDeterministic("salt", code, abi.encode(1), before);
    }

    function test_A50_the_expected_code_is_accepted_new_and_found() public {
        bytes memory code = type(Plain).creationCode;
        bytes32 initCodeHash = keccak256(bytes.concat(code, abi.encode(1)));
        bytes32 expected = address(new Plain(1)).codehash;

        expectDeployed(create2Address("salt", initCodeHash), "salt", initCodeHash);
        address at = factory.deployDeterministic("salt", code, abi.encode(1), expected);
        vm.recordLogs();
        assertEq(factory.deployDeterministic("salt", code, abi.encode(1), expected), at, "found elsewhere");
        assertNoLogs("a second event");
    }

    function test_A52_value_is_forwarded_here_too() public {
        bytes memory code = type(Paid).creationCode;
        bytes32 expected = address(new Paid{ value: 2 }()).codehash;
        address at = factory.deployDeterministic{ value: 2 }("salt", code, "", expected);
        assertEq(at.balance, 2, "the value was lost");
        expectError(IDeterministicChunkFactory.UnexpectedValue.selector, 2);
        factory.deployDeterministic{ value: 2 }("salt", code, "", expected);
    }

    function test_A53_an_empty_init_code_is_refused_here_too() public {
        expectError(IDeterministicChunkFactory.InitCodeSizeOutOfRange.selector, uint256(0));
        factory.deployDeterministic("salt", "", "", bytes32(0));
    }
}
