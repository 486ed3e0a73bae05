// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IDeterministicChunkFactory } from "../../src/interfaces/IDeterministicChunkFactory.sol";
import { IPayRoxLauncher } from "../../src/interfaces/IPayRoxLauncher.sol";
import { Test } from "./Test.sol";

/// @notice The singletons of a chain, from the committed release bytes and in the order of a real deployment.
/// @dev With `PAYROX_COMPILED=true` the bytes of this very build are used instead: that is how a mutant gets tested.
abstract contract Core is Test {
    /// @dev The deployer that most chains have: https://github.com/Arachnid/deterministic-deployment-proxy
    address internal constant CREATE2_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    bytes internal constant CREATE2_DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    IDeterministicChunkFactory internal factory;
    address internal extension;
    address internal implementation;
    IPayRoxLauncher internal launcher;

    function deployCore() internal {
        vm.etch(CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE);
        factory = IDeterministicChunkFactory(deployFactory());
        extension = singleton("PayRoxRouterExtension", "");
        implementation = singleton("ManifestDispatcher", abi.encode(factory, extension));
        launcher = IPayRoxLauncher(singleton("PayRoxLauncher", abi.encode(implementation)));

        vm.label(CREATE2_DEPLOYER, "create2 deployer");
        vm.label(address(factory), "factory");
        vm.label(extension, "extension");
        vm.label(implementation, "dispatcher implementation");
        vm.label(address(launcher), "launcher");
    }

    /// @notice The init code of one of our contracts.
    function releaseCode(string memory name) internal view returns (bytes memory) {
        return vm.getCode(
            vm.envOr("PAYROX_COMPILED", false)
                ? string.concat(name, ".sol:", name)
                : string.concat(releaseFolder(), "/", name, ".json")
        );
    }

    /// @notice Where the release lies, seen from the project whose tests run.
    function releaseFolder() internal view virtual returns (string memory) {
        return "release";
    }

    function deployFactory() private returns (address deployed) {
        bytes memory code = releaseCode("DeterministicChunkFactory");
        (bool ok, bytes memory result) = CREATE2_DEPLOYER.call(bytes.concat(bytes32(0), code));
        require(ok && result.length == 20, "the factory was not created");
        deployed = address(bytes20(result));
    }

    function singleton(string memory name, bytes memory arguments) private returns (address) {
        return factory.deployDeterministic(bytes32(0), releaseCode(name), arguments);
    }
}
