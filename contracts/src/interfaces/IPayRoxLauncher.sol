// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SystemConfig } from "./PayRoxTypes.sol";

/// @title Makes a whole system in one transaction
interface IPayRoxLauncher {
    error TooManyGuardians(uint256 count);

    event SystemLaunched(
        bytes32 indexed name, address indexed dispatcher, address indexed router, address owner
    );

    /// @notice Creates dispatcher and router, by anyone: the addresses bind the whole configuration. A system that exists is
    /// returned, without an event.
    function launch(SystemConfig calldata config) external returns (address dispatcher, address router);

    /// @notice The addresses that `launch` gives. `router` is what users call: the proxy, where one is adopted.
    function predict(SystemConfig calldata config) external view returns (address dispatcher, address router);

    /// @notice The dispatcher that systems are clones of.
    function implementation() external view returns (address);
}
