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
    /// @dev Paused or forbidden. In slots only; alone, it marks a forbidden selector without a hot route.
    uint256 internal constant BLOCKED = 0x80 << FLAGS_AT;

    uint256 internal constant CHECKED = LOCK | VIEW_LOCK | PIN | RECEIVE;

    /// @notice What the slot holds for a route, or for none (zero). `BLOCKED` in `word` says that the selector is forbidden.
    function toSlot(uint256 word, uint256 status) internal pure returns (uint256) {
        if (word & COLD != 0) return word & BLOCKED;
        if (isStopped(word, status)) return word | BLOCKED;
        return word & (BLOCKED | CHECKED) == 0 && word != 0 ? word | FAST : word;
    }

    /// @notice Whether pause or halt stops the route.
    function isStopped(uint256 word, uint256 status) internal pure returns (bool) {
        if (status == 0 || word & ~BLOCKED == 0) return false;
        return status & RouterStorage.HALTED != 0 || word & PAUSE_EXEMPT == 0;
    }
}
