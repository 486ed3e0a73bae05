// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccounts } from "../../src/interfaces/IAccounts.sol";
import { IPayments } from "../../src/interfaces/IPayments.sol";
import { IReporting } from "../../src/interfaces/IReporting.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract ReportingTest is PaymentsTest {
    function test_totals_are_per_token_and_before_fees_and_refunds() public {
        setFee(1000);
        vm.startPrank(alice);
        system.pay(address(token), bob, 100, MEMO);
        system.pay(address(token), bob, 50, MEMO);
        system.payEther{ value: 7 }(bob, MEMO);
        assertEq(system.totalPaid(address(token)), 150, "tokens");
        assertEq(system.totalPaid(ETHER), 7, "ether");
        assertEq(system.paymentCount(), 3, "payments");
        assertEq(system.liabilities(address(token)), 150, "owed in tokens");
        assertEq(system.liabilities(ETHER), 7, "owed in ether");
    }

    function test_a_router_that_lost_money_is_not_solvent() public {
        vm.prank(alice);
        system.payEther{ value: 7 }(bob, MEMO);
        assertTrue(system.isSolvent(ETHER), "holds what it owes");
        vm.deal(address(router), 8);
        assertTrue(system.isSolvent(ETHER), "holds more");
        vm.deal(address(router), 6);
        assertFalse(system.isSolvent(ETHER), "holds less");

        deposit(alice, 5);
        assertTrue(system.isSolvent(address(token)), "tokens");
        vm.prank(address(router));
        token.transfer(stranger, 1);
        assertFalse(system.isSolvent(address(token)), "tokens lost");
    }

    function test_a_summary_gathers_one_account() public {
        setFee(1000);
        setRewardRate(5000);
        vm.startPrank(alice);
        system.pay(address(token), bob, 100, MEMO);
        system.deposit(address(token), 11);
        system.setProfile(IAccounts.Profile("alice", carol, ""));
        system.heartbeat();
        IReporting.Summary memory summary = system.accountSummary(alice, address(token));
        assertEq(summary.balance, 11, "balance");
        assertEq(summary.rewards, 5, "rewards");
        assertEq(summary.payoutAddress, carol, "payout address");
        assertEq(summary.lastHeartbeat, block.timestamp, "heartbeat");
    }

    function test_payments_are_read_in_pages() public {
        deposit(alice, 103);
        vm.startPrank(alice);
        for (uint256 i; i < 103; ++i) {
            system.payFromBalance(address(token), bob, 1, bytes32(i + 1));
        }
        assertEq(system.payments(1, 1000).length, 100, "a page has at most a hundred");
        IPayments.Payment[] memory page = system.payments(101, 5);
        assertEq(page.length, 3, "as many as there are");
        assertEq(uint256(page[2].memo), 103, "the last");
        page = system.payments(0, 2);
        assertEq(uint256(page[0].memo), 1, "from the first");
        assertEq(system.payments(104, 1).length, 0, "beyond the last");
        assertEq(system.payments(type(uint256).max, type(uint256).max).length, 0, "far beyond");
    }
}
