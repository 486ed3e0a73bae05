// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice The dispatcher's namespace, by ERC-7201.
library DispatcherStorage {
    /// @dev erc7201:payrox.dispatcher
    uint256 private constant ROOT = 0xd5690d4d20be9bcb0b7ba52e4eeac00f28dfae0c54221e9607ea1ef31300e900;

    /// @dev Flags. The first two are the router's status.
    uint8 internal constant PAUSED = 1;
    uint8 internal constant HALTED = 2;
    uint8 internal constant STATUS = PAUSED | HALTED;
    uint8 internal constant FROZEN = 4;
    uint8 internal constant SEALED = 8;
    /// @dev Whether `forbidden` has any, so that it need not be read.
    uint8 internal constant ANY_FORBIDDEN = 16;

    struct Layout {
        // What the router serves, and what stops it. One slot, because guardians pay for each.
        address manifest;
        uint64 epoch;
        uint8 flags;
        // May wrap after 16 million: signatures of so long ago have other deadlines.
        uint24 unpauses;
        // The pending plan's time, whose id is `records[epoch + 1].planId`; `eta` is zero without one.
        uint64 eta;
        uint32 window;
        uint32 delay;
        uint64 floor;
        // Until when a guardian can undo the active epoch; zero once it cannot.
        uint64 undoUntil;
        bytes32 root;
        address owner;
        bool initialized;
        // The delay and the seal that were asked for; times are zero without. The owner's acts ask for the first time.
        uint64 nextDelayAt;
        uint64 sealEpoch;
        uint64 sealAt;
        uint32 nextDelay;
        address pendingOwner;
        mapping(uint64 epoch => Record) records;
        mapping(address account => Roles) roles;
        mapping(address manifest => bool) revoked;
        mapping(address guardian => mapping(bytes32 nonce => bool)) nonces;
        // The forbidden selectors, eight to a slot, and the place of each plus one.
        bytes4[] forbidden;
        mapping(bytes4 selector => uint256) forbiddenAt;
    }

    /// @dev Beyond the active epoch only `planId` can be set: it is the pending plan's, or stale.
    struct Record {
        bytes32 planId;
        address manifest;
        uint64 activatedAt;
    }

    /// @dev `guardianUntil` is the maximum for a guardian; for one that was removed, how long `cancel` is left.
    struct Roles {
        uint64 guardianUntil;
        bool operator;
    }

    /// @dev There is always code, which the optimizer does not know: it leaves the root behind a call instead of writing its 32
    /// bytes at each of some 150 accesses.
    function layout() internal pure returns (Layout storage $) {
        assembly ("memory-safe") {
            function root() -> slot {
                slot := ROOT
                if codesize() { leave }
                slot := 0
            }
            $.slot := root()
        }
    }

    /// @notice The forbidden selectors, in memory.
    function forbiddenList(Layout storage $) internal view returns (bytes4[] memory selectors) {
        if ($.flags & ANY_FORBIDDEN == 0) return selectors;
        bytes4[] storage packed = $.forbidden;
        assembly ("memory-safe") {
            selectors := mload(0x40)
            let count := sload(packed.slot)
            mstore(selectors, count)
            let to := add(selectors, 0x20)
            let end := add(to, shl(5, count))
            mstore(0x40, end)
            mstore(0, packed.slot)
            let slot := keccak256(0, 0x20)
            let word := 0
            let start := to
            for { } lt(to, end) { to := add(to, 0x20) } {
                // Eight to a slot.
                if iszero(and(sub(to, start), 0xff)) {
                    word := sload(slot)
                    slot := add(slot, 1)
                }
                mstore(to, shl(224, word))
                word := shr(32, word)
            }
        }
    }
}
