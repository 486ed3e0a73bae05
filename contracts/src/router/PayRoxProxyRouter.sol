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
    address private immutable DISPATCHER;
    address private immutable EXTENSION;
    // Immutable so that they are pushed: tuned for size, the optimizer would compute or load them.
    uint256 private immutable ROUTES = RouterStorage.ROUTES;
    uint256 private immutable FAST = RouteWord.FAST;
    uint256 private immutable LOCKED = RouterStorage.LOCK;

    /// @dev Created by its dispatcher.
    constructor(address extension) {
        DISPATCHER = msg.sender;
        EXTENSION = extension;
    }

    fallback() external payable {
        address dispatcher = DISPATCHER;
        uint256 routes = ROUTES;
        uint256 fast = FAST;
        uint256 route;

        // Nothing returns to Solidity from the branches here and below, so all memory is theirs. Until the call,
        // `returndatasize()` is the cheapest zero.
        assembly {
            // For the dispatcher every slot is empty.
            route := mul(
                sload(add(routes, shr(224, calldataload(returndatasize())))),
                iszero(eq(caller(), dispatcher))
            )

            if and(route, fast) {
                calldatacopy(returndatasize(), returndatasize(), calldatasize())
                let ok :=
                    delegatecall(
                        gas(),
                        route,
                        returndatasize(),
                        calldatasize(),
                        returndatasize(),
                        returndatasize()
                    )
                returndatacopy(0, 0, returndatasize())
                if ok { return(0, returndatasize()) }
                revert(0, returndatasize())
            }
        }

        address extension = EXTENSION;
        uint256 locked = LOCKED;

        assembly {
            function call_(facet) {
                calldatacopy(0, 0, calldatasize())
                let ok := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
                returndatacopy(0, 0, returndatasize())
                if iszero(ok) { revert(0, returndatasize()) }
            }

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

            // PIN, RECEIVE
            if and(flags, 0x24) {
                // Without calldata it is RECEIVE. `transfer` leaves 2,300 gas, of which the slot took 2,100.
                if iszero(calldatasize()) { stop() }
                if shr(168, xor(extcodehash(route), route)) {
                    mstore(0, 0x741ec743) // PinMismatch(address)
                    mstore(0x20, shr(96, shl(96, route)))
                    revert(0x1c, 0x24)
                }
                if iszero(and(flags, 0x23)) {
                    call_(route)
                    return(0, returndatasize())
                }
            }

            // LOCK: the frame that finds it free takes and releases it. A revert takes it back with everything else.
            if and(flags, 0x01) {
                if iszero(tload(locked)) {
                    tstore(locked, 1)
                    call_(route)
                    tstore(locked, 0)
                    return(0, returndatasize())
                }
                requireOwnCall()
                call_(route)
                return(0, returndatasize())
            }

            // VIEW_LOCK only reads the lock: it must work under STATICCALL.
            if and(flags, 0x02) {
                if tload(locked) { requireOwnCall() }
                call_(route)
                return(0, returndatasize())
            }

            calldatacopy(0, 0, calldatasize())
            mstore(calldatasize(), dispatcher)
            let ok := delegatecall(gas(), extension, 0, add(calldatasize(), 0x20), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if ok { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }
}
