// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../../src/interfaces/ILedger.sol";
import { ISubscriptions } from "../../src/interfaces/ISubscriptions.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

/// @notice Bob offers, Alice subscribes.
contract SubscriptionsTest is PaymentsTest {
    uint32 internal constant MONTH = 30 days;

    uint256 internal offer;
    uint256 internal start;

    function setUp() public override {
        super.setUp();
        start = block.timestamp;
        vm.prank(bob);
        offer = system.createOffer(address(token), 100, MONTH);
        deposit(alice, 250);
    }

    function subscribe() internal {
        vm.prank(alice);
        system.subscribe(offer);
    }

    function test_an_offer_has_an_allowed_token_a_price_and_a_period() public {
        ISubscriptions.Offer memory made = system.offerOf(offer);
        assertEq(made.merchant, bob, "merchant");
        assertEq(made.token, address(token), "token");
        assertEq(made.price, 100, "price");
        assertEq(made.period, MONTH, "period");
        assertTrue(made.open, "open");

        vm.startPrank(bob);
        expectError(ILedger.TokenNotAllowed.selector, stranger);
        system.createOffer(stranger, 100, MONTH);
        expectError(ILedger.ZeroAmount.selector);
        system.createOffer(ETHER, 0, MONTH);
        expectError(ISubscriptions.PeriodTooShort.selector, uint256(3599), uint256(3600));
        system.createOffer(ETHER, 1, 3599);
        assertEq(system.createOffer(ETHER, 1, 3600), 2, "an hour is enough, ether too");
    }

    function test_the_first_period_is_paid_at_once_less_the_fee() public {
        setFee(500);
        vm.expectEmit(address(router));
        emit ISubscriptions.Subscribed(offer, alice, uint64(start + MONTH));
        subscribe();

        assertBalance(alice, address(token), 150, "subscriber");
        assertBalance(bob, address(token), 95, "merchant");
        assertBalance(address(router), address(token), 5, "fees");
        ISubscriptions.Subscription memory subscription = system.subscriptionOf(offer, alice);
        assertTrue(subscription.active, "active");
        assertEq(subscription.paidUntil, start + MONTH, "paid until");
        assertSquare(address(token));
    }

    function test_subscribing_needs_an_open_offer_money_and_no_subscription() public {
        vm.prank(carol);
        expectPoor(carol, address(token), 0, 100);
        system.subscribe(offer);
        expectError(ISubscriptions.OfferNotOpen.selector, uint256(99));
        system.subscribe(99);

        subscribe();
        vm.prank(alice);
        expectError(ISubscriptions.AlreadySubscribed.selector, offer, alice);
        system.subscribe(offer);
    }

    function test_anyone_charges_a_period_when_it_begins_and_not_before() public {
        subscribe();
        vm.warp(start + MONTH - 1);
        vm.expectRevert(abi.encodeWithSelector(ISubscriptions.NotDue.selector, offer, alice, start + MONTH));
        system.charge(offer, alice);

        vm.warp(start + MONTH);
        vm.prank(stranger);
        system.charge(offer, alice);
        assertBalance(alice, address(token), 50, "subscriber");
        assertBalance(bob, address(token), 200, "merchant");
        assertEq(system.subscriptionOf(offer, alice).paidUntil, start + 2 * MONTH, "paid until");

        vm.warp(start + 2 * MONTH);
        expectPoor(alice, address(token), 50, 100);
        system.charge(offer, alice);
    }

    function test_periods_that_nobody_charged_are_lost_and_the_rhythm_stays() public {
        subscribe();
        vm.warp(start + 4 * MONTH + 5);
        system.charge(offer, alice);
        assertEq(system.subscriptionOf(offer, alice).paidUntil, start + 5 * MONTH, "the running one");
        assertBalance(alice, address(token), 50, "charged once");

        vm.expectRevert(
            abi.encodeWithSelector(ISubscriptions.NotDue.selector, offer, alice, start + 5 * MONTH)
        );
        system.charge(offer, alice);
    }

    function test_who_unsubscribed_is_charged_no_more_and_may_come_back() public {
        subscribe();
        vm.expectEmit(address(router));
        emit ISubscriptions.Unsubscribed(offer, alice);
        vm.prank(alice);
        system.unsubscribe(offer);

        vm.warp(start + MONTH);
        expectError(ISubscriptions.NotSubscribed.selector, offer, alice);
        system.charge(offer, alice);
        vm.prank(alice);
        expectError(ISubscriptions.NotSubscribed.selector, offer, alice);
        system.unsubscribe(offer);

        subscribe();
        assertEq(system.subscriptionOf(offer, alice).paidUntil, start + 2 * MONTH, "from now");
    }

    function test_only_the_merchant_closes_and_a_closed_offer_takes_nothing() public {
        subscribe();
        vm.prank(stranger);
        expectError(ISubscriptions.NotMerchant.selector, offer, stranger);
        system.closeOffer(offer);

        vm.expectEmit(address(router));
        emit ISubscriptions.OfferClosed(offer);
        vm.prank(bob);
        system.closeOffer(offer);

        vm.warp(start + MONTH);
        expectError(ISubscriptions.OfferNotOpen.selector, offer);
        system.charge(offer, alice);
        vm.prank(bob);
        expectError(ISubscriptions.OfferNotOpen.selector, offer);
        system.closeOffer(offer);
        vm.prank(alice);
        system.unsubscribe(offer);
    }
}
