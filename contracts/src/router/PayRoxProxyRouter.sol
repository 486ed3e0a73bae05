// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title What users call: the hot path and nothing else
/// @notice See `IPayRoxRouter` for what it answers.
/// @dev One slot decides. FAST: delegatecall. Locked, pinned or receiving: checked here. Everything else, which is the router's
/// own functions, cold routes, blocked routes and unknown selectors, goes to the extension with the dispatcher's address as
/// one more word behind the calldata. So does every call of the dispatcher, before any slot is read: a facet that
/// wrote slots cannot stand between the router and its dispatcher.
contract PayRoxProxyRouter {
    address private immutable DISPATCHER;
    address private immutable EXTENSION;

    // `RouterStorage` and `RouteWord` in the form that assembly can name.
    uint256 private constant ROUTES = 0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f00;
    uint256 private constant LOCK_SLOT = 0x9052058a821b6ca25d9fa92aecc5b04d29becb0173b4c1f8f6461206c9dbc200;
    uint256 private constant LOCK = 0x010000000000000000000000000000000000000000;
    uint256 private constant PIN = 0x040000000000000000000000000000000000000000;
    uint256 private constant RECEIVE = 0x200000000000000000000000000000000000000000;
    uint256 private constant FAST = 0x400000000000000000000000000000000000000000;
    uint256 private constant BLOCKED = 0x800000000000000000000000000000000000000000;
    uint256 private constant ANY_LOCK = 0x030000000000000000000000000000000000000000;
    uint256 private constant CHECKED = 0x270000000000000000000000000000000000000000;

    /// @dev Created by its dispatcher.
    constructor(address extension) {
        DISPATCHER = msg.sender;
        EXTENSION = extension;
    }

    fallback() external payable {
        address dispatcher = DISPATCHER;
        address extension = EXTENSION;

        assembly {
            // Nothing returns to Solidity from here, so all memory is ours.
            if xor(caller(), dispatcher) {
                let route := sload(add(ROUTES, shr(224, calldataload(0))))

                if and(route, FAST) {
                    calldatacopy(0, 0, calldatasize())
                    let ok := delegatecall(gas(), route, 0, calldatasize(), 0, 0)
                    returndatacopy(0, 0, returndatasize())
                    if ok { return(0, returndatasize()) }
                    revert(0, returndatasize())
                }

                // Something to check, and BLOCKED, which doubled is the greater, is not set.
                if gt(and(route, CHECKED), mul(and(route, BLOCKED), 2)) {
                    if and(route, RECEIVE) {
                        // `transfer` leaves 2,300 gas, of which the slot took 2,100.
                        if iszero(calldatasize()) { stop() }
                        mstore(0, 0xb8e0560a) // NoRoute(bytes4(0))
                        mstore(0x20, 0)
                        revert(0x1c, 0x24)
                    }

                    if and(route, PIN) {
                        if shr(168, xor(extcodehash(route), route)) {
                            mstore(0, 0x741ec743) // PinMismatch(address)
                            mstore(0x20, shr(96, shl(96, route)))
                            revert(0x1c, 0x24)
                        }
                    }

                    let taken := 0
                    if and(route, ANY_LOCK) {
                        switch tload(LOCK_SLOT)
                        case 0 {
                            // A view only reads the lock: it must work under STATICCALL.
                            if and(route, LOCK) {
                                taken := 1
                                tstore(LOCK_SLOT, 1)
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
                    if taken { tstore(LOCK_SLOT, 0) }
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
