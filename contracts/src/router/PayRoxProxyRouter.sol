// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { RouteWord } from "../libraries/RouteWord.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";

/// @title What users call: the hot path and nothing else
/// @notice See `IPayRoxRouter` for what it answers.
/// @dev One slot decides. FAST: delegatecall. Locked, pinned or receiving: checked here. Everything else, which is the router's
/// own functions, cold routes, blocked routes and unknown selectors, goes to the extension with the dispatcher's address as
/// one more word behind the calldata. So does every call of the dispatcher, whatever the slot says: a facet that wrote
/// slots cannot stand between the router and its dispatcher.
contract PayRoxProxyRouter {
    // A word: an address would be masked at each use.
    uint256 private immutable DISPATCHER;
    address private immutable EXTENSION;
    // Immutable so that they are pushed: tuned for size, the optimizer would compute or load them.
    uint256 private immutable ROUTES = RouterStorage.ROUTES;
    uint256 private immutable FAST = RouteWord.FAST;
    uint256 private immutable LOCKED = RouterStorage.LOCK;

    /// @dev Created by its dispatcher.
    constructor(address extension) {
        DISPATCHER = uint160(msg.sender);
        EXTENSION = extension;
    }

    fallback() external payable {
        uint256 dispatcher = DISPATCHER;
        bool control;
        assembly {
            control := eq(caller(), dispatcher)
        }
        if (control) _extension(uint160(msg.sender));

        uint256 routes = ROUTES;
        uint256 fast = FAST;
        uint256 route;

        // Nothing returns to Solidity from the branches here and below, so all memory is theirs. Before the call,
        // `returndatasize()` is a cheaper zero.
        assembly {
            route := sload(add(routes, shr(224, calldataload(0))))

            if and(route, fast) {
                calldatacopy(returndatasize(), returndatasize(), calldatasize())
                let ok := delegatecall(gas(), route, 0, calldatasize(), 0, returndatasize())
                returndatacopy(0, 0, returndatasize())
                if ok { return(0, returndatasize()) }
                revert(0, returndatasize())
            }
        }

        uint256 locked = LOCKED;

        assembly {
            // A facet that calls its own system goes on under the lock it holds.
            function requireOwnCall() {
                if xor(caller(), address()) {
                    mstore(0, 0xf9234199) // Reentered(bytes4)
                    mstore(0x20, 0)
                    calldatacopy(0x20, 0, 4)
                    revert(0x1c, 0x24)
                }
            }

            // A blocked slot has none of these flags.
            let flags := byte(11, route)

            // PIN
            if and(flags, 0x04) {
                if shr(168, xor(extcodehash(route), route)) {
                    mstore(0, 0x741ec743) // PinMismatch(address)
                    mstore(0x20, shr(96, shl(96, route)))
                    revert(0x1c, 0x24)
                }
                if iszero(and(flags, 0x03)) {
                    calldatacopy(0, 0, calldatasize())
                    let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                    returndatacopy(0, 0, returndatasize())
                    if ok { return(0, returndatasize()) }
                    revert(0, returndatasize())
                }
            }

            // LOCK: the frame that finds it free takes and releases it. A revert takes it back with everything else.
            if and(flags, 0x01) {
                if iszero(tload(locked)) {
                    tstore(locked, 1)
                    calldatacopy(0, 0, calldatasize())
                    let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                    returndatacopy(0, 0, returndatasize())
                    if ok {
                        tstore(locked, 0)
                        return(0, returndatasize())
                    }
                    revert(0, returndatasize())
                }
            }

            // RECEIVE: `transfer` leaves 2,300 gas, of which the slot took 2,100.
            if and(flags, 0x20) {
                if iszero(calldatasize()) { stop() }
            }

            // VIEW_LOCK only reads the lock, so that it works under STATICCALL. LOCK comes here where the lock is held.
            if and(flags, 0x03) {
                if tload(locked) { requireOwnCall() }
                calldatacopy(0, 0, calldatasize())
                let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                returndatacopy(0, 0, returndatasize())
                if ok { return(0, returndatasize()) }
                revert(0, returndatasize())
            }
        }

        _extension(route);
    }

    /// @dev `slot` is anything but zero where it was not read. That it is empty lies above the dispatcher's address, in bit 160.
    function _extension(uint256 slot) private {
        uint256 dispatcher = DISPATCHER;
        address extension = EXTENSION;
        assembly {
            calldatacopy(0, 0, calldatasize())
            mstore(calldatasize(), or(dispatcher, shl(160, iszero(slot))))
            let ok := delegatecall(gas(), extension, 0, add(calldatasize(), 0x20), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if ok { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }
}
