// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IEscrow } from "../src/interfaces/IEscrow.sol";
import { IPayRoxRouter } from "payrox/src/interfaces/IPayRoxRouter.sol";

import { PaymentsTest } from "./harness/PaymentsTest.sol";

/// @notice What customers can still do while a guardian has paused the system.
contract PauseTest is PaymentsTest {
    function test_A37_while_paused_money_can_leave_and_nothing_else_moves() public {
        deposit(alice, 100);
        depositEther(alice, 100);
        pause();

        vm.startPrank(alice);
        system.withdraw(address(token), 40);
        system.withdraw(ETHER, 40, stranger);
        assertEq(stranger.balance, 40, "withdrawn");

        expectPaused(system.depositEther.selector);
        system.depositEther{ value: 1 }();
        expectPaused(system.payEther.selector);
        system.payEther{ value: 1 }(bob, MEMO);
        expectPaused(system.payFromBalance.selector);
        system.payFromBalance(address(token), bob, 1, MEMO);
        expectPaused(system.transferBalance.selector);
        system.transferBalance(address(token), bob, 1);
        expectPaused(system.heartbeat.selector);
        system.heartbeat();
        vm.stopPrank();

        vm.prank(treasurer);
        expectPaused(system.withdrawFees.selector);
        system.withdrawFees(ETHER, treasurer, 1);
        vm.prank(manager);
        expectPaused(system.setFee.selector);
        system.setFee(1);

        unpause();
        vm.prank(alice);
        system.payFromBalance(address(token), bob, 1, MEMO);
    }

    function test_plain_ether_is_refused_while_paused() public {
        pause();
        vm.prank(alice);
        (bool accepted,) = address(router).call{ value: 1 }("");
        assertFalse(accepted, "refused");
        unpause();
        vm.prank(alice);
        (accepted,) = address(router).call{ value: 1 }("");
        assertTrue(accepted, "accepted again");
    }

    function test_an_escrow_past_its_deadline_is_reclaimed_and_withdrawn_while_paused() public {
        vm.prank(alice);
        uint256 id = system.openEscrow{ value: 100 }(
            IEscrow.Terms(ETHER, bob, carol, 100, uint64(block.timestamp + 1), MEMO)
        );
        pause();
        vm.warp(block.timestamp + 2);
        vm.startPrank(alice);
        system.reclaimEscrow(id);
        system.withdraw(ETHER, 100, stranger);
        assertEq(stranger.balance, 100, "out");
    }

    function test_accountants_and_monitors_can_read_while_paused() public {
        vm.prank(alice);
        system.payEther{ value: 100 }(bob, MEMO);
        pause();
        assertBalance(bob, ETHER, 100, "balance");
        assertEq(system.liabilities(ETHER), 100, "liabilities");
        assertTrue(system.isSolvent(ETHER), "solvent");
        assertEq(system.paymentOf(1).amount, 100, "payment");
        assertEq(system.payments(1, 1).length, 1, "payments");
        assertEq(system.version(), "1.0.0", "version");
        assertTrue(system.supportsInterface(0x7965db0b), "interfaces");
        assertTrue(system.hasRole(MANAGER, manager), "roles");
    }

    function expectPaused(bytes4 selector) private {
        vm.expectRevert(abi.encodeWithSelector(IPayRoxRouter.RoutePaused.selector, selector));
    }
}
