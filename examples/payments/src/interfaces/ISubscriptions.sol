// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @title ISubscriptions
/// @notice Payments that repeat, taken from balances held in the system.
interface ISubscriptions {
    struct Offer {
        address merchant;
        uint32 period;
        bool open;
        address token;
        uint256 price;
    }

    struct Subscription {
        uint64 paidUntil;
        bool active;
    }

    event OfferCreated(
        uint256 indexed id, address indexed merchant, address token, uint256 price, uint32 period
    );
    event OfferClosed(uint256 indexed id);
    event Subscribed(uint256 indexed id, address indexed subscriber, uint64 paidUntil);
    event SubscriptionCharged(uint256 indexed id, address indexed subscriber, uint64 paidUntil);
    event Unsubscribed(uint256 indexed id, address indexed subscriber);

    error PeriodTooShort(uint32 period, uint32 least);
    error NotMerchant(uint256 id, address sender);
    error OfferNotOpen(uint256 id);
    error AlreadySubscribed(uint256 id, address subscriber);
    error NotSubscribed(uint256 id, address subscriber);
    error NotDue(uint256 id, address subscriber, uint64 paidUntil);

    /// @notice Offers a service for `price` per `period` seconds. Neither can be changed later.
    function createOffer(address token, uint256 price, uint32 period) external returns (uint256 id);
    /// @notice Ends an offer: nobody can subscribe and nobody is charged any more. Only its merchant.
    function closeOffer(uint256 id) external;
    /// @notice Pays the first period.
    function subscribe(uint256 id) external returns (uint256 paymentId);
    /// @notice Ends the caller's subscription; nothing is paid back and nothing more is taken.
    function unsubscribe(uint256 id) external;
    /// @notice Takes the price for one period that has begun. Anyone may call it; a period nobody charged is lost.
    function charge(uint256 id, address subscriber) external returns (uint256 paymentId);
    /// @notice An offer by its number; numbers start at 1.
    function offerOf(uint256 id) external view returns (Offer memory);
    /// @notice The subscription of `subscriber` to offer `id`.
    function subscriptionOf(uint256 id, address subscriber) external view returns (Subscription memory);
}
