// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { COLD, LOCK, PAUSE_EXEMPT, PIN, RECEIVE, VIEW_LOCK } from "./Flags.sol";
import { Route } from "./Manifests.sol";
import { System } from "./System.sol";
import { Caller } from "./facets/Caller.sol";
import { Counter, CounterByTen } from "./facets/Counter.sol";
import { Initializer } from "./facets/Initializer.sol";
import { Token } from "./facets/Token.sol";
import { Views } from "./facets/Views.sol";

/// @notice A live system: epoch 1 serves a counter, views and a token, with every flag in use.
abstract contract LiveSystem is System {
    Counter internal counter;
    CounterByTen internal counterByTen;
    Views internal views;
    Token internal token;
    Caller internal caller;
    Initializer internal initializer;

    function setUp() public virtual override {
        super.setUp();
        counter = new Counter();
        counterByTen = new CounterByTen();
        views = new Views();
        token = new Token();
        caller = new Caller();
        initializer = new Initializer();
        release(firstRoutes());
    }

    /// @notice Override for another epoch 1.
    function firstRoutes() internal virtual returns (Route[] memory) {
        add(address(counter), Counter.increment.selector, Counter.setCount.selector, LOCK);
        add(address(counter), Counter.pay.selector, LOCK);
        add(address(counter), Counter.withdraw.selector, LOCK | PAUSE_EXEMPT);
        add(
            address(counter), Counter.failWith.selector, Counter.burnGas.selector, Counter.bomb.selector, LOCK
        );
        add(address(counter), Counter.count.selector, PAUSE_EXEMPT);
        add(address(counter), Counter.lastCaller.selector, Counter.received.selector, 0);
        add(address(views), Views.echo.selector, Views.self.selector, Views.sender.selector, 0);
        add(address(views), Views.guarded.selector, VIEW_LOCK);
        add(address(views), Views.administrate.selector, COLD);
        add(address(token), Token.mint.selector, LOCK | COLD);
        add(address(token), Token.transfer.selector, LOCK | PIN);
        add(address(token), Token.balanceOf.selector, PIN);
        add(address(caller), Caller.callOut.selector, LOCK);
        add(address(caller), Caller.callOutAgain.selector, 0);
        add(address(0), bytes4(0), RECEIVE);
        return take();
    }

    /// @notice What `firstRoutes` gives with the next counter in place of the first: fewer routes, one new.
    function secondRoutes() internal virtual returns (Route[] memory) {
        add(address(counterByTen), CounterByTen.increment.selector, LOCK);
        add(address(counterByTen), CounterByTen.count.selector, CounterByTen.step.selector, PAUSE_EXEMPT);
        add(address(counter), Counter.withdraw.selector, LOCK | PAUSE_EXEMPT);
        add(address(views), Views.echo.selector, Views.self.selector, 0);
        add(address(views), Views.administrate.selector, COLD);
        add(address(token), Token.transfer.selector, LOCK | PIN);
        add(address(token), Token.balanceOf.selector, PIN);
        add(address(0), bytes4(0), RECEIVE);
        return take();
    }

    /// @notice The router, seen as the counter.
    function asCounter() internal view returns (Counter) {
        return Counter(payable(address(router)));
    }

    function asViews() internal view returns (Views) {
        return Views(address(router));
    }

    function asToken() internal view returns (Token) {
        return Token(address(router));
    }

    function asCaller() internal view returns (Caller) {
        return Caller(address(router));
    }
}
