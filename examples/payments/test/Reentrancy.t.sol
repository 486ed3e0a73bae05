// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "payrox/src/interfaces/IPayRoxRouter.sol";

import { CallbackToken } from "./attackers/CallbackToken.sol";
import { Reentrant } from "./attackers/Reentrant.sol";
import { IBatchPayouts } from "../src/interfaces/IBatchPayouts.sol";
import { IPaymentsSystem } from "../src/interfaces/IPaymentsSystem.sol";
import { PaymentsTest } from "./harness/PaymentsTest.sol";

/// @notice A contract with money in the system comes back while the system pays it.
contract ReentrancyTest is PaymentsTest {
    Reentrant internal attacker;

    function setUp() public override {
        super.setUp();
        attacker = new Reentrant();
        depositEther(alice, 100);
        vm.deal(address(attacker), 10);
        attacker.run(address(router), abi.encodeCall(system.depositEther, ()), 10);
    }

    /// @dev The attacker withdraws one wei and, on receiving it, makes the call it was aimed with.
    function attack(bytes memory data, uint256 value) internal {
        vm.deal(address(attacker), value);
        attacker.aim(address(router), data, value);
        attacker.run(address(router), withdrawal(1), 0);
        assertEq(attacker.attempts(), 1, "it tried");
    }

    function withdrawal(uint256 amount) internal view returns (bytes memory) {
        return abi.encodeWithSelector(WITHDRAW, ETHER, amount, address(attacker));
    }

    function expectLockedOut(bytes4 selector) internal view {
        assertFalse(attacker.succeeded(), "refused");
        assertEq(
            keccak256(attacker.answer()),
            keccak256(abi.encodeWithSelector(IPayRoxRouter.Reentered.selector, selector)),
            "because of the lock"
        );
        assertBalance(address(attacker), ETHER, 9, "one wei was withdrawn");
        assertEq(address(router).balance, 109, "and one wei left");
    }

    function test_A33_it_cannot_withdraw_again() public {
        attack(withdrawal(9), 0);
        expectLockedOut(WITHDRAW);
    }

    function test_A33_it_cannot_reach_another_facet_that_changes_state() public {
        attack(abi.encodeCall(system.payEther, (bob, MEMO)), 1);
        expectLockedOut(system.payEther.selector);
    }

    function test_A33_it_cannot_reach_a_cold_function() public {
        attack(abi.encodeCall(system.renounceRole, (MANAGER, address(attacker))), 0);
        expectLockedOut(system.renounceRole.selector);
    }

    function test_A33_it_cannot_get_in_by_a_batch() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = withdrawal(9);
        attack(abi.encodeWithSignature("batch(bytes[])", calls), 0);
        expectLockedOut(WITHDRAW);
    }

    function test_it_cannot_read_sums_while_money_is_on_its_way() public {
        attack(abi.encodeCall(system.isSolvent, (ETHER)), 0);
        expectLockedOut(system.isSolvent.selector);
        assertTrue(system.isSolvent(ETHER), "everybody can afterwards");
    }

    function test_A34_it_can_read_what_takes_no_lock() public {
        attack(abi.encodeCall(system.balanceOf, (address(attacker), ETHER)), 0);
        assertTrue(attacker.succeeded(), "answered");
        assertEq(
            abi.decode(attacker.answer(), (uint256)), 9, "the balance is debited before the money leaves"
        );
    }

    function test_it_can_report_that_it_is_alive() public {
        attack(abi.encodeCall(system.heartbeat, ()), 0);
        assertTrue(attacker.succeeded(), "no lock on the heartbeat");
        assertEq(system.lastHeartbeat(address(attacker)), block.timestamp, "recorded");
    }

    function test_plain_ether_sent_from_inside_is_accepted_and_swept_later() public {
        attack("", 1);
        assertTrue(attacker.succeeded(), "accepted");
        assertBalance(address(attacker), ETHER, 9, "not its balance");
        assertEq(system.surplus(ETHER), 1, "to be swept");
    }

    function test_A36_the_lock_is_free_after_an_attack() public {
        attack(withdrawal(9), 0);
        attacker.aim(address(0), "", 0);
        attacker.run(address(router), withdrawal(9), 0);
        assertEq(address(router).balance, 100, "it has its own money and no more");
    }

    function test_a_recipient_of_a_batch_payout_cannot_come_back() public {
        attacker.aim(address(router), withdrawal(10), 0);
        IBatchPayouts.Payout[] memory payouts = new IBatchPayouts.Payout[](2);
        payouts[0] = IBatchPayouts.Payout(address(attacker), 1);
        payouts[1] = IBatchPayouts.Payout(bob, 1);
        uint256 before = bob.balance;
        vm.prank(alice);
        system.payoutEther{ value: 2 }(payouts);

        assertFalse(attacker.succeeded(), "refused");
        assertEq(bob.balance, before + 1, "the next was paid");
        assertBalance(address(attacker), ETHER, 10, "its balance is untouched");
        assertSquare(ETHER);
    }

    /// @dev The exact check of what was received reads the token twice; a deposit inside would be counted twice.
    function test_a_token_that_calls_back_cannot_be_credited_twice() public {
        CallbackToken hooked = new CallbackToken();
        vm.prank(manager);
        system.setTokenAllowed(address(hooked), true);
        hooked.mint(alice, 100);
        vm.prank(alice);
        hooked.approve(address(router), 100);
        hooked.hook(alice, address(router), abi.encodeCall(system.deposit, (address(hooked), 1)));

        vm.prank(alice);
        system.deposit(address(hooked), 50);
        assertFalse(hooked.succeeded(alice), "refused");
        assertBalance(alice, address(hooked), 50, "credited once");
        assertSquare(address(hooked));
    }
}

bytes4 constant WITHDRAW = bytes4(keccak256("withdraw(address,uint256,address)"));
