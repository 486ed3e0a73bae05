// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SymbolicSystem } from "./SymbolicSystem.sol";

/// @notice I13: there is always an owner, and ownership moves only by offer and acceptance.
/// @custom:halmos --loop 16
contract Ownership is SymbolicSystem {
    /// @notice Whoever offers ownership to whomever.
    function check_I13_only_the_owner_offers_and_never_to_nobody_or_a_core_contract(
        address caller,
        address offered
    ) external {
        assumeOutside(caller);
        bool ok = callAs(caller, abi.encodeCall(dispatcher.transferOwnership, (offered)));

        assertEq(ok, caller == OWNER && offered != address(0) && !isCore(offered), "offered by another rule");
        address expected = ok && offered != OWNER ? offered : address(0);
        assertEq(dispatcher.pendingOwner(), expected, "another pending owner");
        assertEq(dispatcher.owner(), OWNER, "an offer moved ownership");
    }

    /// @notice Whoever accepts what was offered to whomever.
    function check_I13_only_whom_it_was_offered_to_accepts(address caller, address offered) external {
        assumeOutside(caller);
        vm.assume(offered != address(0) && !isCore(offered));
        vm.prank(OWNER);
        dispatcher.transferOwnership(offered);

        bool ok = callAs(caller, abi.encodeCall(dispatcher.acceptOwnership, ()));

        assertEq(ok, caller == offered && offered != OWNER, "accepted by another rule");
        assertEq(dispatcher.owner(), ok ? offered : OWNER, "another owner");
        if (ok) assertEq(dispatcher.pendingOwner(), address(0), "the offer stands after its acceptance");
    }
}
