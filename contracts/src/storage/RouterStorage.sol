// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The router's namespaces, by ERC-7201. `ROUTES` plus the selector as a number is a route's slot.
library RouterStorage {
    /// @dev erc7201:payrox.router.routes
    uint256 internal constant ROUTES = 0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f00;
    /// @dev erc7201:payrox.router.state. One word: the active manifest, and the status from bit 160.
    uint256 internal constant STATE = 0xc42ee7dee6224a5a9529fac6a5dd4dfbbb3aaa40acccc4edf714dafe1e870a00;
    /// @dev erc7201:payrox.router.lock, in transient storage.
    uint256 internal constant LOCK = 0x9052058a821b6ca25d9fa92aecc5b04d29becb0173b4c1f8f6461206c9dbc200;

    /// @dev Bits of the status.
    uint256 internal constant PAUSED = 1;
    uint256 internal constant HALTED = 2;

    function state() internal view returns (address manifest, uint256 status) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(STATE)
        }
        manifest = address(uint160(word));
        status = word >> 160;
    }

    function setState(address manifest, uint256 status) internal {
        assembly ("memory-safe") {
            sstore(STATE, or(manifest, shl(160, status)))
        }
    }

    /// @dev ROUTES. There is always code, which the optimizer does not know: it would copy the constant from there at each use.
    function routes() internal pure returns (uint256 root) {
        assembly ("memory-safe") {
            function namespace() -> slot {
                slot := ROUTES
                if codesize() { leave }
                slot := 0
            }
            root := namespace()
        }
    }

    function route(uint256 selector) internal view returns (uint256 word) {
        uint256 root = routes();
        assembly ("memory-safe") {
            word := sload(add(root, selector))
        }
    }

    function setRoute(uint256 selector, uint256 word) internal {
        uint256 root = routes();
        assembly ("memory-safe") {
            sstore(add(root, selector), word)
        }
    }

    function locked() internal view returns (bool held) {
        assembly ("memory-safe") {
            held := tload(LOCK)
        }
    }

    function setLock(bool held) internal {
        assembly ("memory-safe") {
            tstore(LOCK, held)
        }
    }
}
