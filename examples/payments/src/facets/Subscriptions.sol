// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../interfaces/ILedger.sol";
import { ISubscriptions } from "../interfaces/ISubscriptions.sol";
import { Ledger } from "../libraries/Ledger.sol";
import { Settlement } from "../libraries/Settlement.sol";
import { SubscriptionStorage } from "../storage/SubscriptionStorage.sol";

/// @title Subscriptions
contract Subscriptions is ISubscriptions, ILedger {
    uint32 private constant LEAST_PERIOD = 1 hours;

    /// @inheritdoc ISubscriptions
    function createOffer(address token, uint256 price, uint32 period) external returns (uint256 id) {
        Ledger.requireAllowed(token);
        Ledger.requireAmount(price);
        if (period < LEAST_PERIOD) revert PeriodTooShort(period, LEAST_PERIOD);

        SubscriptionStorage.Layout storage $ = SubscriptionStorage.layout();
        id = ++$.count;
        $.offers[id] = Offer({ merchant: msg.sender, period: period, open: true, token: token, price: price });

        emit OfferCreated(id, msg.sender, token, price, period);
    }

    /// @inheritdoc ISubscriptions
    function closeOffer(uint256 id) external {
        Offer storage offer = _open(id);
        if (msg.sender != offer.merchant) revert NotMerchant(id, msg.sender);

        offer.open = false;

        emit OfferClosed(id);
    }

    /// @inheritdoc ISubscriptions
    function subscribe(uint256 id) external returns (uint256 paymentId) {
        Offer storage offer = _open(id);
        Subscription storage subscription = SubscriptionStorage.layout().subscriptions[id][msg.sender];
        if (subscription.active) revert AlreadySubscribed(id, msg.sender);

        subscription.active = true;
        subscription.paidUntil = uint64(block.timestamp) + offer.period;
        paymentId = _take(id, offer, msg.sender);

        emit Subscribed(id, msg.sender, subscription.paidUntil);
    }

    /// @inheritdoc ISubscriptions
    function unsubscribe(uint256 id) external {
        Subscription storage subscription = _active(id, msg.sender);

        subscription.active = false;

        emit Unsubscribed(id, msg.sender);
    }

    /// @inheritdoc ISubscriptions
    function charge(uint256 id, address subscriber) external returns (uint256 paymentId) {
        Offer storage offer = _open(id);
        Subscription storage subscription = _active(id, subscriber);
        uint64 paidUntil = subscription.paidUntil;
        if (block.timestamp < paidUntil) revert NotDue(id, subscriber, paidUntil);

        // At most the period that is running: a keeper who was away must not empty an account in one block.
        uint64 periods = (uint64(block.timestamp) - paidUntil) / offer.period + 1;
        subscription.paidUntil = paidUntil + periods * offer.period;
        paymentId = _take(id, offer, subscriber);

        emit SubscriptionCharged(id, subscriber, subscription.paidUntil);
    }

    /// @inheritdoc ISubscriptions
    function offerOf(uint256 id) external view returns (Offer memory) {
        return SubscriptionStorage.layout().offers[id];
    }

    /// @inheritdoc ISubscriptions
    function subscriptionOf(uint256 id, address subscriber) external view returns (Subscription memory) {
        return SubscriptionStorage.layout().subscriptions[id][subscriber];
    }

    function _open(uint256 id) private view returns (Offer storage offer) {
        offer = SubscriptionStorage.layout().offers[id];
        if (!offer.open) revert OfferNotOpen(id);
    }

    function _active(uint256 id, address subscriber)
        private
        view
        returns (Subscription storage subscription)
    {
        subscription = SubscriptionStorage.layout().subscriptions[id][subscriber];
        if (!subscription.active) revert NotSubscribed(id, subscriber);
    }

    function _take(uint256 id, Offer storage offer, address subscriber) private returns (uint256 paymentId) {
        Ledger.debit(subscriber, offer.token, offer.price);

        return Settlement.settle(subscriber, offer.merchant, offer.token, offer.price, bytes32(id));
    }
}
