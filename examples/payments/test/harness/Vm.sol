// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Vm as CommonVm } from "payrox/test/harness/Vm.sol";

/// @notice The cheat codes of the contracts' own tests, and those that read payrox.toml and the artifacts.
interface Vm is CommonVm {
    function parseUint(string calldata text) external pure returns (uint256);
    function indexOf(string calldata text, string calldata part) external pure returns (uint256);
    function split(string calldata text, string calldata delimiter) external pure returns (string[] memory);
    function keyExistsToml(string calldata toml, string calldata key) external view returns (bool);
    function parseTomlString(string calldata toml, string calldata key) external pure returns (string memory);
    function parseTomlBool(string calldata toml, string calldata key) external pure returns (bool);
    function parseTomlStringArray(string calldata toml, string calldata key)
        external
        pure
        returns (string[] memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonKeys(string calldata json, string calldata key) external pure returns (string[] memory);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
