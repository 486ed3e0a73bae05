// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { SymbolicSystem } from "./SymbolicSystem.sol";

/// @notice One call of a function of the dispatcher, with any arguments and by anyone, while ownership is on offer and a plan is
/// due.
/// @dev The acts on plans are left to `Epochs` and `Timing`, where plans are those of manifests.
/// @custom:halmos --loop 32 --storage-layout generic --default-array-lengths 1 --default-bytes-lengths 65
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

    /// @notice What is active stays. Ownership goes to whom it was offered, by accepting, or stays; the offer is the owner's.
    function check_I3_I13_no_act_moves_the_epoch_and_acceptance_alone_moves_ownership(address caller)
        external
    {
        bytes32 before = releaseState();
        bytes4 selector = otherCall(caller);

        assertEq(releaseState(), before, "another act changed what is active");
        address owner = dispatcher.owner();
        if (owner != OWNER) {
            assertTrue(owner == OFFERED && caller == OFFERED, "another owner");
            assertTrue(selector == dispatcher.acceptOwnership.selector, "by another act");
        } else if (dispatcher.pendingOwner() != OFFERED) {
            assertEq(caller, OWNER, "another than the owner changed the offer");
        }
    }

    function otherCall(address caller) private returns (bytes4 selector) {
        assumeOutside(caller);
        bytes memory data = anyCalldata();
        selector = bytes4(data);
        vm.assume(
            selector != dispatcher.stage.selector && selector != dispatcher.activate.selector
                && selector != dispatcher.rollback.selector && selector != dispatcher.undo.selector
        );
        callAs(caller, data);
    }
}
