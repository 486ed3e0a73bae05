// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { SymbolicSystem } from "./SymbolicSystem.sol";

/// @notice One call of a function of the dispatcher, with any arguments and by anyone, while ownership is on offer and a plan is
/// due.
/// @dev The acts on plans are left to `Epochs` and `Timing`, where plans are those of manifests.
/// @custom:halmos --loop 32 --default-array-lengths 1 --default-bytes-lengths 65
contract AnyCall is SymbolicSystem {
    address internal constant OFFERED = address(0x0E0005);

    function setUp() public override {
        super.setUp();
        Plan memory plan = planFor(secondRoutes());
        vm.startPrank(OWNER);
        dispatcher.stage(plan);
        dispatcher.transferOwnership(OFFERED);
        vm.stopPrank();
        vm.warp(START + DELAY);
    }

    function check_I3_no_act_but_those_on_plans_moves_the_epoch(address caller) external {
        bytes32 before = releaseState();
        otherCall(caller);
        assertEq(releaseState(), before, "another act changed what is active");
    }

    /// @notice Ownership goes to whom it was offered, by accepting, or stays; the offer is the owner's.
    function check_I13_no_act_but_acceptance_moves_ownership(address caller) external {
        (bytes4 selector,) = otherCall(caller);

        address owner = dispatcher.owner();
        if (owner != OWNER) {
            assertTrue(owner == OFFERED && caller == OFFERED, "another owner");
            assertTrue(selector == dispatcher.acceptOwnership.selector, "by another act");
        } else if (dispatcher.pendingOwner() != OFFERED) {
            assertEq(caller, OWNER, "another than the owner changed the offer");
        }
    }

    function otherCall(address caller) private returns (bytes4 selector, bool ok) {
        assumeOutside(caller);
        bytes memory data = anyCalldata();
        selector = bytes4(data);
        vm.assume(
            selector != dispatcher.stage.selector && selector != dispatcher.activate.selector
                && selector != dispatcher.rollback.selector && selector != dispatcher.undo.selector
        );
        ok = callAs(caller, data);
    }
}
