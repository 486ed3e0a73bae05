// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { RouterStorage } from "../storage/RouterStorage.sol";

/// @notice A route as one word: the facet in bits 0 to 159, the flags in bits 160 to 167, and the first 11 bytes of the code
/// hash above. DELEGATECALL and EXTCODEHASH ignore what lies above an address, so nothing is masked on the way.
library RouteWord {
    uint256 internal constant FLAGS_AT = 160;

    uint256 internal constant LOCK = 0x01 << FLAGS_AT;
    uint256 internal constant VIEW_LOCK = 0x02 << FLAGS_AT;
    uint256 internal constant PIN = 0x04 << FLAGS_AT;
    uint256 internal constant PAUSE_EXEMPT = 0x08 << FLAGS_AT;
    uint256 internal constant COLD = 0x10 << FLAGS_AT;
    uint256 internal constant RECEIVE = 0x20 << FLAGS_AT;
    /// @dev Installed, and nothing to check. In slots only.
    uint256 internal constant FAST = 0x40 << FLAGS_AT;
    /// @dev Paused or forbidden. In slots only, where `CHECKED` then is zero; alone, it marks a forbidden selector without a hot
    /// route.
    uint256 internal constant BLOCKED = 0x80 << FLAGS_AT;

    uint256 internal constant CHECKED = LOCK | VIEW_LOCK | PIN | RECEIVE;

    uint256 private constant SERVED = 0x400102030405060748090a0b0c0d0e0f00000000000000000000000000000000;
    uint256 private constant EXEMPT_SERVED =
        0x808080808080808048090a0b0c0d0e0f00000000000000000000000000000000;
    uint256 private constant NONE_SERVED = 0x8080808080808080888888888888888800000000000000000000000000000000;

    /// @notice What the slot holds for a route. `BLOCKED` in `word` says that the selector is forbidden.
    function toSlot(uint256 word, uint256 status) internal pure returns (uint256 slot) {
        assembly ("memory-safe") {
            switch and(word, shl(160, 0x10))
            case 0 {
                // Halted, or paused and not exempt.
                let stopped := or(shr(1, status), gt(and(status, 1), and(shr(163, word), 1)))
                slot := or(word, shl(167, stopped))
                switch and(slot, shl(167, 1))
                // FAST: nothing to check.
                case 0 { slot := or(slot, shl(166, iszero(and(slot, shl(160, 0x27))))) }
                // Nothing is checked: nothing is served.
                default { slot := and(slot, not(shl(160, 0x27))) }
            }
            default { slot := and(word, shl(167, 1)) }
        }
    }

    /// @notice `toSlot` for the flags of a hot route, as far as they are less than COLD: byte for byte. Zero says: ask `toSlot`.
    function flagTable(uint256 status) internal pure returns (uint256) {
        if (status == 0) return SERVED;
        return status == RouterStorage.PAUSED ? EXEMPT_SERVED : NONE_SERVED;
    }

    /// @notice Whether pause or halt stops the route.
    function isStopped(uint256 word, uint256 status) internal pure returns (bool) {
        return status & RouterStorage.HALTED != 0
            || (status & RouterStorage.PAUSED != 0 && word & PAUSE_EXEMPT == 0);
    }
}
