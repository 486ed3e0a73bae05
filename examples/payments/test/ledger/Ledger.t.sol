// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IndependentLedger } from "./IndependentLedger.sol";
import { Customers } from "./Customers.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

/// @notice The system beside an independent ledger: after any sequence of payment functions called through the router
/// both say the same to the last unit.
contract LedgerTest is PaymentsTest {
    Customers internal customers;
    IndependentLedger internal book;

    function setUp() public override {
        super.setUp();
        customers = new Customers(system, token, manager, treasurer);
        book = customers.book();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(customers);
    }

    /// forge-config: default.invariant.fail-on-revert = true
    function invariant_the_router_equals_an_independent_ledger() public view {
        assertEqualIn(ETHER);
        assertEqualIn(address(token));
        assertEq(system.paymentCount(), book.payments(), "payments");
    }

    /// @dev Ten payment functions in an order and with amounts that the fuzzer chooses, compared after each.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_ten_payment_functions_equal_an_independent_ledger(uint256 seed) public {
        customers.setFee(uint16(seed));
        customers.setRewardRate(uint16(seed >> 16));
        for (uint256 i; i < 30; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            step(i < 10 ? i : seed % 10, seed >> 8);
            assertEqualIn(ETHER);
            assertEqualIn(address(token));
        }
        bytes32[10] memory names = [
            bytes32("deposit"),
            "pay",
            "payOrder",
            "payFromBalance",
            "transferBalance",
            "openEscrow",
            "closeEscrow",
            "subscribeOrCharge",
            "payout",
            "withdraw"
        ];
        for (uint256 i; i < names.length; ++i) {
            assertTrue(customers.calls(names[i]) > 0, "every one did something");
        }
    }

    function step(uint256 which, uint256 r) private {
        (uint256 who, uint256 whom, bool ether_, uint256 amount) = (r, r >> 32, r >> 64 & 1 == 1, r >> 65);
        if (which == 0) {
            // Everybody has something of both, so that every later step finds money.
            for (uint256 i; i < 8; ++i) {
                customers.deposit(i / 2, i % 2 == 1, amount % 1e20 + 1e9);
            }
        } else if (which == 1) {
            customers.pay(who, whom, ether_, amount);
        } else if (which == 2) {
            customers.payOrder(who, whom, ether_, amount);
        } else if (which == 3) {
            customers.payFromBalance(who, whom, ether_, amount % 1e8);
        } else if (which == 4) {
            customers.transferBalance(who, whom, ether_, amount % 1e8);
        } else if (which == 5) {
            customers.openEscrow(who, ether_, amount);
        } else if (which == 6) {
            customers.closeEscrow(whom, who, amount);
        } else if (which == 7) {
            customers.subscribeOrCharge(who);
        } else if (which == 8) {
            customers.payout(who, ether_, whom & 1 == 1, amount % 1e8);
        } else {
            customers.withdraw(who, ether_, amount % 1e8, whom & 1 == 1);
        }
    }

    function assertEqualIn(address held) private view {
        for (uint256 i; i < 4; ++i) {
            address account = customers.people(i);
            assertBalance(account, held, book.balance(account, held), "balance");
            assertEq(system.rewardsOf(account, held), book.reward(account, held), "reward");
        }
        assertBalance(address(router), held, book.fees(held), "fees");
        assertEq(system.totalPaid(held), book.paid(held), "paid");
        assertEq(system.liabilities(held), book.held(held), "liabilities");
        assertEq(
            held == ETHER ? address(router).balance : token.balanceOf(address(router)),
            book.held(held),
            "holdings"
        );
    }
}
