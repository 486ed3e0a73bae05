// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Test } from "../../harness/Test.sol";

/// @notice The cheat codes that read JSON.
interface JsonVm {
    function parseJson(string calldata json, string calldata path) external pure returns (bytes memory);
    function parseJsonBytes(string calldata json, string calldata path) external pure returns (bytes memory);
    function parseJsonKeys(string calldata json, string calldata path) external pure returns (string[] memory);
}

/// @notice Reads the committed release.
abstract contract Json is Test {
    struct Reference {
        uint256 length;
        uint256 start;
    }

    JsonVm private constant JSON = JsonVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function artifact(string memory name) internal view returns (string memory) {
        return vm.readFile(string.concat("release/", name, ".json"));
    }

    /// @notice The signatures of all functions.
    function signatures(string memory name) internal view returns (string[] memory) {
        return JSON.parseJsonKeys(artifact(name), ".methodIdentifiers");
    }

    function runtimeCode(string memory name) internal view returns (bytes memory) {
        return JSON.parseJsonBytes(artifact(name), ".deployedBytecode.object");
    }

    /// @notice `code` with zeros where the release has its immutables.
    function withoutImmutables(string memory name, bytes memory code) internal view returns (bytes memory) {
        string memory json = artifact(name);
        string[] memory ids = JSON.parseJsonKeys(json, ".deployedBytecode.immutableReferences");
        for (uint256 i = 0; i < ids.length; i++) {
            Reference[] memory places = abi.decode(
                JSON.parseJson(json, string.concat(".deployedBytecode.immutableReferences['", ids[i], "']")),
                (Reference[])
            );
            for (uint256 j = 0; j < places.length; j++) {
                for (uint256 k = 0; k < places[j].length; k++) {
                    code[places[j].start + k] = 0;
                }
            }
        }
        return code;
    }
}
