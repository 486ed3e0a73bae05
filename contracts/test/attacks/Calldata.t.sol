// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { LOCK } from "../harness/Flags.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";
import { Route } from "../harness/Manifests.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { Token } from "../harness/facets/Token.sol";
import { Views } from "../harness/facets/Views.sol";

/// @notice Pays out with 2,300 gas, as WETH and old wallets do.
contract Payer {
    function pay(address payable to) external payable {
        to.transfer(msg.value);
    }
}

/// @notice A facet whose selector ends in zero bytes, which short calldata is padded to.
contract Padded {
    fallback() external payable {
        assembly ("memory-safe") {
            mstore(0, calldatasize())
            return(0, 32)
        }
    }
}

/// @notice Odd calldata, batches and ether.
contract CalldataAttacks is LiveSystem {
    // --- short calldata ---

    function test_A29_calldata_of_one_to_three_bytes_means_the_padded_selector_on_every_path() public {
        address padded = address(new Padded());
        Route[] memory routes = new Route[](3);
        routes[0] = Route(0xaa000000, padded, padded.codehash, 0);
        routes[1] = Route(0xaabb0000, padded, padded.codehash, LOCK);
        routes[2] = Route(0xaabbcc00, padded, padded.codehash, 0x10);
        release(routes);
        bytes[3] memory short = [bytes(hex"aa"), hex"aabb", hex"aabbcc"];
        for (uint256 i = 0; i < 3; i++) {
            (bool ok, bytes memory answer) = address(router).call(short[i]);
            assertTrue(ok, "a padded selector was not found");
            assertEq(
                abi.decode(answer, (uint256)), i + 1, "the facet saw other calldata than the caller sent"
            );
            bytes[] memory calls = new bytes[](1);
            calls[0] = short[i];
            bytes[] memory results = router.batch(calls);
            assertEq(abi.decode(results[0], (uint256)), i + 1, "a batch serves it differently");
        }
        expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(0xab000000));
        (bool ignored,) = address(router).call(hex"ab");
        ignored;
    }

    function test_A29_short_zero_calldata_never_matches_receive() public {
        bytes[4] memory zeros = [bytes(hex"00"), hex"0000", hex"000000", hex"00000000"];
        for (uint256 i = 0; i < zeros.length; i++) {
            expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(0));
            (bool ignored,) = address(router).call{ value: 1 }(zeros[i]);
            ignored;
        }
        assertEq(address(router).balance, 0, "ether came in by another way");
    }

    function test_A29_empty_calldata_with_and_without_ether_is_received() public {
        (bool ok, bytes memory answer) = address(router).call{ value: 3 }("");
        assertTrue(ok && answer.length == 0, "empty calldata with ether");
        (ok,) = address(router).call("");
        assertTrue(ok, "empty calldata without ether");
        assertEq(address(router).balance, 3, "the ether did not arrive");
    }

    function test_A29_a_known_and_an_unknown_selector_agree_on_all_paths() public {
        bytes memory unknown = hex"12345678";
        expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(unknown));
        (bool ignored,) = address(router).call(unknown);
        ignored;
        bytes[] memory calls = new bytes[](1);
        calls[0] = unknown;
        expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(unknown));
        router.batch(calls);
    }

    // --- ether ---

    function test_A46_H12_without_receive_a_router_takes_no_plain_ether() public {
        add(address(counter), Counter.increment.selector, LOCK);
        release(take());
        expectErrorOf(IPayRoxRouter.NoRoute.selector, bytes4(0));
        (bool ignored,) = address(router).call{ value: 1 }("");
        ignored;
        assertEq(address(router).balance, 0, "ether got stuck");
    }

    function test_A46_H12_with_receive_a_transfer_of_2300_gas_arrives() public {
        Payer payer = new Payer();
        vm.cool(address(router));
        payer.pay{ value: 5 }(payable(address(router)));
        assertEq(address(router).balance, 5, "the transfer did not arrive");
        asCounter().withdraw(payable(stranger), 5);
        assertEq(stranger.balance, 5, "the ether does not come out");
    }

    function test_A46_a_paused_router_receives_nothing() public {
        vm.prank(guardian);
        dispatcher.pause();
        expectErrorOf(IPayRoxRouter.RoutePaused.selector, bytes4(0));
        (bool ignored,) = address(router).call{ value: 1 }("");
        ignored;
    }

    function test_A46_ether_through_a_route_is_counted_once() public {
        asCounter().pay{ value: 7 }();
        assertEq(asCounter().received(), 7, "counted otherwise than once");
        assertEq(address(router).balance, 7, "another balance");
    }

    // --- batches ---

    function test_A44_H20_a_batch_of_none_and_of_50_works_and_of_51_reverts() public {
        assertEq(router.batch(new bytes[](0)).length, 0, "an empty batch");
        bytes[] memory calls = increments(50);
        bytes[] memory results = router.batch(calls);
        assertEq(abi.decode(results[49], (uint256)), 50, "the results are not in order");
        assertEq(asCounter().count(), 50, "not every element ran");
        expectError(IPayRoxRouter.BatchTooLong.selector, uint256(51));
        router.batch(increments(51));
    }

    function test_A44_one_failing_element_takes_all_back_with_its_exact_reason() public {
        bytes[] memory calls = increments(3);
        calls[1] = abi.encodeCall(Counter.failWith, (42));
        vm.expectRevert(abi.encodeWithSelector(Counter.CounterFailed.selector, 42));
        router.batch(calls);
        assertEq(asCounter().count(), 0, "a part of the batch stayed");
    }

    function test_A44_a_batch_takes_no_ether_so_none_is_spent_twice() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(Counter.pay, ());
        calls[1] = calls[0];
        vm.expectRevert();
        (bool ok,) = address(router).call{ value: 1 ether }(abi.encodeCall(router.batch, (calls)));
        ok;
        assertEq(asCounter().received(), 0, "the value was used");
    }

    function test_A44_A42_a_forbidden_element_stops_the_batch() public {
        bytes4[] memory one = new bytes4[](1);
        one[0] = Counter.setCount.selector;
        vm.prank(guardian);
        dispatcher.forbid(one);
        bytes[] memory calls = increments(3);
        calls[1] = abi.encodeCall(Counter.setCount, (9));
        expectErrorOf(IPayRoxRouter.RouteForbidden.selector, Counter.setCount.selector);
        router.batch(calls);
        assertEq(asCounter().count(), 0, "a part of the batch stayed");
    }

    function test_A44_elements_run_as_the_caller() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(Views.sender, ());
        calls[1] = abi.encodeCall(Counter.increment, ());
        vm.prank(stranger);
        bytes[] memory results = router.batch(calls);
        assertEq(abi.decode(results[0], (address)), stranger, "another sender");
        assertEq(asCounter().lastCaller(), stranger, "another sender in a locked route");
    }

    function test_A44_a_batch_cannot_act_as_the_dispatcher() public {
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeWithSignature(
            "setStatus(address,uint256,bytes4[])", activeManifest(), 1, new bytes4[](0)
        );
        expectError(IPayRoxRouter.NotDispatcher.selector, stranger);
        vm.prank(stranger);
        router.batch(calls);
    }

    function test_A44_batches_nest_within_their_limits() public {
        bytes[] memory inner = new bytes[](2);
        inner[0] = abi.encodeCall(router.batch, (increments(50)));
        inner[1] = abi.encodeCall(router.batch, (increments(50)));
        router.batch(inner);
        assertEq(asCounter().count(), 100, "nested batches");
        inner[1] = abi.encodeCall(router.batch, (increments(51)));
        expectError(IPayRoxRouter.BatchTooLong.selector, uint256(51));
        router.batch(inner);
    }

    function increments(uint256 count) private pure returns (bytes[] memory calls) {
        calls = new bytes[](count);
        for (uint256 i = 0; i < count; i++) {
            calls[i] = abi.encodeCall(Counter.increment, ());
        }
    }

    /// @notice The extension serves routers and nobody else.
    function test_A6_C16_the_extension_refuses_direct_calls() public {
        expectError(IPayRoxRouter.DirectCall.selector);
        IPayRoxRouter(extension).facets();
        expectError(IPayRoxRouter.DirectCall.selector);
        IPayRoxRouter(extension).batch(new bytes[](0));
        expectError(IPayRoxRouter.DirectCall.selector);
        Token(extension).balanceOf(stranger);
        expectError(IPayRoxRouter.DirectCall.selector);
        (bool ignored,) = extension.call{ value: 1 }("");
        ignored;
    }
}
