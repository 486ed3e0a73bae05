// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The cheatcodes used.
interface Vm {
    function readFile(string calldata path) external view returns (string memory text);
    function parseJsonAddressArray(string calldata json, string calldata key)
        external
        pure
        returns (address[] memory addresses);
    function parseJsonBytesArray(string calldata json, string calldata key)
        external
        pure
        returns (bytes[] memory data);
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @notice Sends the calls of a plan, as a deployment script does that has been told every address and every byte.
contract Deploy {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error CallFailed(uint256 index, bytes reason);

    function run(string calldata path) external {
        string memory json = vm.readFile(path);
        address[] memory to = vm.parseJsonAddressArray(json, ".to");
        bytes[] memory data = vm.parseJsonBytesArray(json, ".data");

        vm.startBroadcast();
        for (uint256 i; i < to.length; ++i) {
            (bool ok, bytes memory reason) = to[i].call(data[i]);
            require(ok, CallFailed(i, reason));
        }
        vm.stopBroadcast();
    }
}
