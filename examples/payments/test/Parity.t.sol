// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayments } from "../src/interfaces/IPayments.sol";
import { PaymentsTest } from "./harness/PaymentsTest.sol";

/// @notice Two functions, directly and through the router: what `payrox parity` does with every route, and what
/// `cargo xtask bench` gives both to do.
contract ParityTest is PaymentsTest {
    function testFuzz_V3_quoteIsTheSameThroughTheRouter(uint256 amount) public view {
        compare(IPayments.quote.selector, abi.encodeCall(IPayments.quote, (amount)));
    }

    function testFuzz_V3_isTokenAllowedIsTheSameThroughTheRouter(address candidate) public view {
        // Allowed in the router's storage, of which a facet at its own address knows nothing.
        if (candidate == address(token)) return;

        compare(IPayments.isTokenAllowed.selector, abi.encodeCall(IPayments.isTokenAllowed, (candidate)));
    }

    function compare(bytes4 selector, bytes memory data) private view {
        address facet = router.facetAddress(selector);
        (bool direct, bytes memory answer) = facet.staticcall(data);
        (bool routed, bytes memory routedAnswer) = address(router).staticcall(data);

        assertEq(direct, routed, "outcome");
        assertEq(answer, routedAnswer, "answer");
    }
}
