// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../src/interfaces/IDeterministicChunkFactory.sol";
import { IPayRoxLauncher } from "../../src/interfaces/IPayRoxLauncher.sol";
import { SystemConfig } from "../../src/interfaces/PayRoxTypes.sol";
import { Core } from "../harness/Core.sol";
import { GasVm } from "./Table.t.sol";

/// @notice What the first system of a chain costs: the singletons, each a transaction, and the launch.
/// forge-config: default.isolate = true
contract FirstSystem is Core {
    uint256 private constant AIM = 4_200_000;
    uint256 private constant MOST = 7_920_000;

    uint256 private spent;

    event log(string name, uint256 gas);

    function test_the_first_system_on_a_chain() public {
        vm.etch(CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE);
        bytes memory code = bytes.concat(bytes32(0), releaseCode("DeterministicChunkFactory"));
        (, bytes memory created) = CREATE2_DEPLOYER.call(code);
        _count("  factory");
        factory = IDeterministicChunkFactory(address(bytes20(created)));

        extension = _create("PayRoxRouterExtension", "");
        implementation = _create("ManifestDispatcher", abi.encode(factory, extension));
        launcher = IPayRoxLauncher(_create("PayRoxLauncher", abi.encode(implementation)));
        launcher.launch(_config());
        _count("  launch");

        if (spent > AIM) emit log("first system on a chain, above the aim by", spent - AIM);
        emit log("first system on a chain", spent);
        vm.snapshotValue("table", "first system on a chain", spent);
        assertLe(spent, MOST, "first system on a chain");
    }

    function _create(string memory name, bytes memory arguments) private returns (address created) {
        created = factory.deployDeterministic(bytes32(0), releaseCode(name), arguments);
        _count(string.concat("  ", name));
    }

    /// @dev Two guardians and an operator, as in the other rows.
    function _config() private pure returns (SystemConfig memory) {
        address[] memory guardians = new address[](2);
        (guardians[0], guardians[1]) = (address(0x6A1), address(0x6A2));
        address[] memory operators = new address[](1);
        operators[0] = address(0x0F1);
        return SystemConfig("first", address(0x0E1), address(0x0B1), guardians, operators, 1 days, address(0));
    }

    function _count(string memory name) private {
        uint256 gas_ = GasVm(address(vm)).lastCallGas().gasTotalUsed;
        spent += gas_;
        emit log(name, gas_);
    }
}
