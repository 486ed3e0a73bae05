// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { RouteWord } from "../libraries/RouteWord.sol";
import { RouterStorage } from "../storage/RouterStorage.sol";

/// @title What users call: the hot path and nothing else
/// @notice See `IPayRoxRouter` for what it answers.
/// @dev One slot decides. FAST: delegatecall. Locked, pinned or receiving: checked here. Everything else, which is the router's
/// own functions, cold routes, blocked routes and unknown selectors, goes to the extension with the dispatcher's address as
/// one more word behind the calldata. So does every call of the dispatcher, before any slot is read: a facet that
/// wrote slots cannot stand between the router and its dispatcher.
contract PayRoxProxyRouter {
    address private immutable DISPATCHER;
    address private immutable EXTENSION;

    /// @dev Created by its dispatcher.
    constructor(address extension) {
        DISPATCHER = msg.sender;
        EXTENSION = extension;
    }

    fallback() external payable {
        address dispatcher = DISPATCHER;
        address extension = EXTENSION;
        uint256 routes = RouterStorage.ROUTES;
        uint256 lock = RouterStorage.LOCK;
        uint256 fast = RouteWord.FAST;
        uint256 blocked = RouteWord.BLOCKED;
        uint256 checked = RouteWord.CHECKED;
        uint256 receives = RouteWord.RECEIVE;
        uint256 pinned = RouteWord.PIN;
        uint256 locks = RouteWord.LOCK;
        uint256 anyLock = RouteWord.LOCK | RouteWord.VIEW_LOCK;

        assembly {
            // Nothing returns to Solidity from here, so all memory is ours.
            if xor(caller(), dispatcher) {
                let route := sload(add(routes, shr(224, calldataload(0))))

                if and(route, fast) {
                    calldatacopy(0, 0, calldatasize())
                    let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                    returndatacopy(0, 0, returndatasize())
                    if ok { return(0, returndatasize()) }
                    revert(0, returndatasize())
                }

                if gt(and(route, checked), mul(and(route, blocked), 2)) {
                    if and(route, receives) {
                        // `transfer` leaves 2,300 gas, of which the slot took 2,100.
                        if iszero(calldatasize()) { stop() }
                        mstore(0, 0xb8e0560a) // NoRoute(bytes4(0))
                        mstore(0x20, 0)
                        revert(0x1c, 0x24)
                    }

                    if and(route, pinned) {
                        if shr(168, xor(extcodehash(route), route)) {
                            mstore(0, 0x741ec743) // PinMismatch(address)
                            mstore(0x20, shr(96, shl(96, route)))
                            revert(0x1c, 0x24)
                        }
                    }

                    let taken := 0
                    if and(route, anyLock) {
                        switch tload(lock)
                        case 0 {
                            // A view only reads the lock: it must work under STATICCALL.
                            if and(route, locks) {
                                taken := 1
                                tstore(lock, 1)
                            }
                        }
                        default {
                            // A facet that calls its own system goes on under the lock it holds.
                            if xor(caller(), address()) {
                                mstore(0, 0xf9234199) // Reentered(bytes4)
                                mstore(0x20, calldataload(0))
                                mstore(0x24, 0)
                                revert(0x1c, 0x24)
                            }
                        }
                    }

                    calldatacopy(0, 0, calldatasize())
                    let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                    returndatacopy(0, 0, returndatasize())
                    // A revert takes the lock back with everything else.
                    if iszero(ok) { revert(0, returndatasize()) }
                    if taken { tstore(lock, 0) }
                    return(0, returndatasize())
                }
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
