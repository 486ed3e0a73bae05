// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import {
    IDeterministicChunkFactory as IFactory
} from "../../../src/interfaces/IDeterministicChunkFactory.sol";
import { IDiamondLoupe } from "../../../src/interfaces/IDiamondLoupe.sol";
import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxLauncher } from "../../../src/interfaces/IPayRoxLauncher.sol";
import { IPayRoxRouter, IPayRoxRouterControl } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Json } from "./Json.sol";

/// @notice The released contracts have exactly the functions of their interfaces: none is missing, and no back door is there.
contract ReleaseAbi is Json {
    /// @dev ERC-5267: the domain of what guardians sign.
    bytes4 private constant DOMAIN = bytes4(keccak256("eip712Domain()"));

    mapping(bytes4 => bool) private promised;
    bytes4[] private list;

    function vow(bytes4 selector) private {
        assertFalse(promised[selector], "promised twice");
        promised[selector] = true;
        list.push(selector);
    }

    function vowText(string memory signature) private {
        vow(bytes4(keccak256(bytes(signature))));
    }

    /// @dev The promised selectors are those of the interface itself, by its id, and those of the release.
    function assertExactly(string memory name, bytes4 interfaceId) private view {
        bytes4 combined;
        for (uint256 i = 0; i < list.length; i++) {
            combined ^= list[i];
        }
        assertEq(bytes32(combined), bytes32(interfaceId), "the list here is not the interface's");

        string[] memory released = signatures(name);
        assertEq(released.length, list.length, string.concat(name, " has another number of functions"));
        for (uint256 i = 0; i < released.length; i++) {
            assertTrue(
                promised[bytes4(keccak256(bytes(released[i])))],
                string.concat(name, " has a function nobody promised: ", released[i])
            );
        }
    }

    function test_C16_C22_the_factory_has_its_interface_and_no_administration() public {
        vowText("deployDeterministic(bytes32,bytes,bytes)");
        vowText("deployDeterministic(bytes32,bytes,bytes,bytes32)");
        vow(IFactory.deployDeterministicBatch.selector);
        vow(IFactory.stage.selector);
        vow(IFactory.stageBatch.selector);
        vow(IFactory.predict.selector);
        vow(IFactory.predictAddress.selector);
        vow(IFactory.read.selector);
        vow(IFactory.exists.selector);
        vow(IFactory.validateBytecodeSize.selector);
        assertExactly("DeterministicChunkFactory", type(IFactory).interfaceId);
    }

    function test_C16_C22_the_launcher_has_its_interface_only() public {
        vow(IPayRoxLauncher.launch.selector);
        vow(IPayRoxLauncher.predict.selector);
        vow(IPayRoxLauncher.implementation.selector);
        assertExactly("PayRoxLauncher", type(IPayRoxLauncher).interfaceId);
    }

    function test_C16_C22_the_extension_has_the_interfaces_of_the_router_only() public {
        vow(IPayRoxRouter.batch.selector);
        vow(IPayRoxRouter.routeOf.selector);
        vow(IPayRoxRouter.dispatcher.selector);
        vow(IPayRoxRouter.manifest.selector);
        vow(IPayRoxRouter.paused.selector);
        vow(IPayRoxRouter.owner.selector);
        vow(IPayRoxRouter.supportsInterface.selector);
        vow(IDiamondLoupe.facets.selector);
        vow(IDiamondLoupe.facetFunctionSelectors.selector);
        vow(IDiamondLoupe.facetAddresses.selector);
        vow(IDiamondLoupe.facetAddress.selector);
        vow(IPayRoxRouterControl.install.selector);
        vow(IPayRoxRouterControl.setStatus.selector);
        vow(IPayRoxRouterControl.setForbidden.selector);
        vow(IPayRoxRouterControl.repairRoutes.selector);
        vow(IPayRoxRouterControl.isIntact.selector);
        assertExactly(
            "PayRoxRouterExtension",
            type(IPayRoxRouter).interfaceId ^ type(IDiamondLoupe).interfaceId
                ^ type(IPayRoxRouterControl).interfaceId
        );
    }

    function test_C16_the_router_has_no_function_of_its_own() public view {
        assertEq(signatures("PayRoxProxyRouter").length, 0, "a function before the routes");
    }

    function test_C2_C16_C22_the_dispatcher_has_its_interface_and_the_domain_of_ERC_5267_only() public {
        vowLifeCycle();
        vowStops();
        vowGovernance();
        vowViews();
        vow(DOMAIN);
        assertExactly("ManifestDispatcher", type(IManifestDispatcher).interfaceId ^ DOMAIN);
        assertFalse(promised[bytes4(keccak256("renounceOwnership()"))], "renouncing exists");
    }

    function vowLifeCycle() private {
        vow(IManifestDispatcher.initialize.selector);
        vow(IManifestDispatcher.planId.selector);
        vow(IManifestDispatcher.stage.selector);
        vow(IManifestDispatcher.cancel.selector);
        vow(IManifestDispatcher.activate.selector);
        vow(IManifestDispatcher.rollback.selector);
        vow(IManifestDispatcher.undo.selector);
        vow(IManifestDispatcher.revoke.selector);
        vow(IManifestDispatcher.repair.selector);
    }

    function vowStops() private {
        vow(IManifestDispatcher.pause.selector);
        vow(IManifestDispatcher.unpause.selector);
        vow(IManifestDispatcher.halt.selector);
        vow(IManifestDispatcher.forbid.selector);
        vow(IManifestDispatcher.allow.selector);
        vow(IManifestDispatcher.freeze.selector);
        vow(IManifestDispatcher.unfreeze.selector);
        vow(IManifestDispatcher.pauseBySig.selector);
    }

    function vowGovernance() private {
        vow(IManifestDispatcher.setGuardian.selector);
        vow(IManifestDispatcher.setOperator.selector);
        vow(IManifestDispatcher.setDelay.selector);
        vow(IManifestDispatcher.cancelDelay.selector);
        vow(IManifestDispatcher.requestSeal.selector);
        vow(IManifestDispatcher.cancelSeal.selector);
        vow(IManifestDispatcher.seal.selector);
        vow(IManifestDispatcher.transferOwnership.selector);
        vow(IManifestDispatcher.acceptOwnership.selector);
    }

    function vowViews() private {
        vow(IManifestDispatcher.owner.selector);
        vow(IManifestDispatcher.pendingOwner.selector);
        vow(IManifestDispatcher.bootstrapper.selector);
        vow(IManifestDispatcher.router.selector);
        vow(IManifestDispatcher.routerImplementation.selector);
        vow(IManifestDispatcher.routerInitCodeHash.selector);
        vow(IManifestDispatcher.active.selector);
        vow(IManifestDispatcher.pending.selector);
        vow(IManifestDispatcher.history.selector);
        vow(IManifestDispatcher.status.selector);
        vow(IManifestDispatcher.pendingChanges.selector);
        vow(IManifestDispatcher.isGuardian.selector);
        vow(IManifestDispatcher.isOperator.selector);
        vow(IManifestDispatcher.isForbidden.selector);
        vow(IManifestDispatcher.forbidden.selector);
        vow(IManifestDispatcher.isRevoked.selector);
        vow(IManifestDispatcher.verifyRoute.selector);
        vow(IManifestDispatcher.verifySystemIntegrity.selector);
    }
}
