// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Token } from "../../harness/facets/Token.sol";
import { Views } from "../../harness/facets/Views.sol";

contract Batch is Unit {
    function calls(bytes memory first, bytes memory second) private pure returns (bytes[] memory list) {
        list = new bytes[](2);
        (list[0], list[1]) = (first, second);
    }

    function test_A44_of_50_works_and_of_51_does_not_whatever_is_in_it() public {
        bytes[] memory many = new bytes[](50);
        for (uint256 i = 0; i < 50; i++) {
            many[i] = abi.encodeCall(Counter.increment, ());
        }
        bytes[] memory results = router.batch(many);
        assertEq(results.length, 50, "another number of results");
        assertEq(results[49], abi.encode(50), "another result");
        expectError(IPayRoxRouter.BatchTooLong.selector, 51);
        router.batch(new bytes[](51));
        assertEq(router.batch(new bytes[](0)).length, 0, "of none");
    }

    function test_A44_a_failure_takes_all_back_with_its_exact_reason() public {
        bytes[] memory list =
            calls(abi.encodeCall(Counter.increment, ()), abi.encodeCall(Counter.failWith, (7)));
        expectError(Counter.CounterFailed.selector, 7);
        router.batch(list);
        assertEq(asCounter().count(), 0, "the first stayed");
        list[1] = abi.encodeCall(Counter.bomb, (0));
        (bool ok, bytes memory reason) = tryCall(address(router), abi.encodeCall(router.batch, (list)));
        assertTrue(!ok && reason.length == 0, "another reason");
    }

    function test_A44_results_are_those_of_the_calls_and_the_caller_is_the_caller() public {
        bytes[] memory list =
            calls(abi.encodeCall(Views.sender, ()), abi.encodeCall(Views.echo, ("some bytes")));
        vm.prank(stranger);
        bytes[] memory results = router.batch(list);
        assertEq(results[0], abi.encode(stranger), "another caller");
        assertEq(results[1], abi.encode(bytes("some bytes")), "another result");
    }

    function test_A44_hot_cold_own_and_unknown_selectors_go_through_the_same_checks() public {
        bytes[] memory list =
            calls(abi.encodeCall(Token.mint, (stranger, 4)), abi.encodeCall(Token.balanceOf, (stranger)));
        assertEq(router.batch(list)[1], abi.encode(4), "hot and cold");
        list = calls(abi.encodeCall(router.manifest, ()), abi.encodeCall(router.owner, ()));
        assertEq(router.batch(list)[1], abi.encode(owner), "the router's own");
        list[1] = hex"deadbeef";
        expectErrorOf(IPayRoxRouter.NoRoute.selector, 0xdeadbeef);
        router.batch(list);
    }

    function test_A44_A37_A42_stopped_elements_stop_the_batch() public {
        bytes[] memory list = calls(abi.encodeCall(Counter.count, ()), abi.encodeCall(Counter.increment, ()));
        forbid(Counter.increment.selector);
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.increment.selector);
        router.batch(list);
        allow(Counter.increment.selector);
        pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, Counter.increment.selector);
        router.batch(list);
        list[1] = list[0];
        assertEq(router.batch(list)[1], abi.encode(0), "exempt elements only");
    }

    function test_A44_a_batch_takes_no_ether() public {
        vm.deal(address(this), 1);
        (bool ok,) = address(router).call{ value: 1 }(abi.encodeCall(router.batch, (new bytes[](0))));
        assertFalse(ok, "it took ether");
    }

    function test_A44_an_empty_element_is_an_empty_call() public {
        bytes[] memory results = router.batch(calls("", ""));
        assertEq(results[0].length + results[1].length, 0, "an answer");
    }

    function test_A36_the_lock_is_taken_and_released_for_each_element() public {
        bytes[] memory list =
            calls(abi.encodeCall(Counter.increment, ()), abi.encodeCall(Counter.increment, ()));
        router.batch(list);
        assertEq(asCounter().increment(), 3, "the lock stayed");
    }
}
