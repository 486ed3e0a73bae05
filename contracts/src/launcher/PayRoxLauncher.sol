// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Create2 } from "@openzeppelin/contracts/utils/Create2.sol";
import { LibClone } from "solady/utils/LibClone.sol";
import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { IPayRoxLauncher } from "../interfaces/IPayRoxLauncher.sol";
import { SystemConfig } from "../interfaces/PayRoxTypes.sol";

/// @title Makes a whole system in one transaction
/// @notice See `IPayRoxLauncher`. One for all systems of a chain; no owner, no storage.
contract PayRoxLauncher is IPayRoxLauncher {
    address public immutable implementation;
    bytes32 private immutable ROUTER_HASH;

    constructor(address implementation_) {
        implementation = implementation_;
        ROUTER_HASH = IManifestDispatcher(implementation_).routerInitCodeHash();
    }

    /// @inheritdoc IPayRoxLauncher
    function launch(SystemConfig calldata config) external returns (address dispatcher, address router) {
        bool exists;
        (exists, dispatcher) =
            LibClone.createDeterministicClone(implementation, _immutableArgs(config), _salt(config));
        if (exists) return (dispatcher, IManifestDispatcher(dispatcher).router());

        router = IManifestDispatcher(dispatcher).initialize();
        emit SystemLaunched(config.name, dispatcher, router, config.owner);
    }

    /// @inheritdoc IPayRoxLauncher
    function predict(SystemConfig calldata config)
        external
        view
        returns (address dispatcher, address router)
    {
        dispatcher = LibClone.predictDeterministicAddress(
            implementation, _immutableArgs(config), _salt(config), address(this)
        );
        router =
            config.proxy != address(0) ? config.proxy : Create2.computeAddress(0, ROUTER_HASH, dispatcher);
    }

    function _salt(SystemConfig calldata config) private pure returns (bytes32) {
        return keccak256(abi.encode(config.name));
    }

    /// @dev The whole configuration but the name, which is the salt: the address of the clone binds both.
    function _immutableArgs(SystemConfig calldata config) private view returns (bytes memory args) {
        uint256 guardians = config.guardians.length;
        require(guardians <= type(uint8).max, TooManyGuardians(guardians));

        args = abi.encodePacked(
            address(this), config.proxy, config.bootstrapper, config.owner, config.delay, uint8(guardians)
        );
        args = _append(args, config.guardians);
        args = _append(args, config.operators);
    }

    function _append(bytes memory args, address[] calldata accounts) private pure returns (bytes memory) {
        for (uint256 i; i < accounts.length; ++i) {
            args = abi.encodePacked(args, accounts[i]);
        }
        return args;
    }
}
