// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title IERC165
/// @notice Interface detection (EIP-165) of what the facets add; the router answers for its own ids before it asks here.
interface IERC165 {
    event InterfaceRegistered(bytes4 indexed interfaceId, bool supported);

    /// @notice EIP-165 wants `0xffffffff` to be never supported.
    error InvalidInterfaceId(bytes4 interfaceId);

    /// @notice Whether the system implements `interfaceId`.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    /// @notice Announces an interface or takes it back. Only the manager.
    function registerInterface(bytes4 interfaceId, bool supported) external;
}
