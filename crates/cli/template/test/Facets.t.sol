// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Counter } from "../src/Counter.sol";
import { Greeter } from "../src/Greeter.sol";

/// @notice `forge test`, and `payrox validate` in its phase `test`. A test fails when it reverts.
contract FacetsTest {
    function test_what_is_greeted_with_is_the_greeting() external {
        Greeter greeter = new Greeter();
        greeter.greet("hello");
        require(keccak256(bytes(greeter.greeting())) == keccak256("hello"));
    }

    function test_an_empty_greeting_is_refused() external {
        Greeter greeter = new Greeter();
        try greeter.greet("") {
            revert("it was taken");
        } catch (bytes memory reason) {
            require(bytes4(reason) == Greeter.EmptyGreeting.selector);
        }
    }

    function test_each_caller_has_a_count_that_goes_up_and_back_to_nothing() external {
        Counter counter = new Counter();
        require(counter.increment() == 1 && counter.increment() == 2);
        require(counter.countOf(address(this)) == 2 && counter.countOf(address(1)) == 0);
        counter.reset();
        require(counter.countOf(address(this)) == 0);
    }
}
