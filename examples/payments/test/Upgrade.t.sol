// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { PaymentsWithTips } from "../src/facets/PaymentsWithTips.sol";
import { ILedger } from "../src/interfaces/ILedger.sol";
import { IPayRoxRouter } from "payrox/src/interfaces/IPayRoxRouter.sol";

import { PaymentsTest } from "./harness/PaymentsTest.sol";

/// @notice From the first version to the one with tips, with money in the system.
contract UpgradeTest is PaymentsTest {
    PaymentsWithTips internal tips;

    function setUp() public override {
        super.setUp();
        setFee(1000);
        vm.prank(alice);
        system.pay(address(token), bob, 1000, MEMO);
        tips = PaymentsWithTips(address(router));
    }

    function test_before_the_upgrade_there_are_no_tips() public {
        vm.expectRevert(abi.encodeWithSelector(IPayRoxRouter.NoRoute.selector, tips.payWithTip.selector));
        tips.payWithTip(ETHER, bob, 1, 1, MEMO);
    }

    function test_the_upgrade_keeps_money_fee_roles_and_records() public {
        upgrade();
        assertBalance(bob, address(token), 900, "payee");
        assertBalance(address(router), address(token), 100, "fees");
        assertEq(system.fee(), 1000, "fee");
        assertEq(system.paymentOf(1).payer, alice, "record");
        assertTrue(system.isTokenAllowed(address(token)), "token");
        vm.prank(alice);
        assertEq(system.pay(address(token), bob, 1000, MEMO), 2, "numbers go on");
    }

    function test_a_tip_goes_to_the_payee_whole() public {
        upgrade();
        vm.startPrank(alice);
        vm.expectEmit(address(router));
        emit PaymentsWithTips.TipGiven(2, 50);
        assertEq(tips.payWithTip(address(token), bob, 1000, 50, MEMO), 2, "in tokens");
        assertEq(tips.payWithTip{ value: 1050 }(ETHER, bob, 1000, 50, MEMO), 3, "in ether");
        assertBalance(bob, address(token), 900 + 900 + 50, "tokens");
        assertBalance(bob, ETHER, 950, "ether");
        assertEq(system.paymentOf(2).amount, 1000, "the record is without the tip");
        assertSquare(address(token));
        assertSquare(ETHER);
    }

    function test_a_tip_needs_the_money_and_a_payment() public {
        upgrade();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILedger.WrongValue.selector, 1049, 1050));
        tips.payWithTip{ value: 1049 }(ETHER, bob, 1000, 50, MEMO);
        expectError(ILedger.ZeroAmount.selector);
        tips.payWithTip{ value: 50 }(ETHER, bob, 0, 50, MEMO);
        expectError(ILedger.InvalidRecipient.selector, address(router));
        tips.payWithTip{ value: 2 }(ETHER, address(router), 1, 1, MEMO);
    }
}
