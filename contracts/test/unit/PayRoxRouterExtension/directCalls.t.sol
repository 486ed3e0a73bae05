// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter, IPayRoxRouterControl } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";

/// @notice The extension has no state, no authority and nothing to answer by itself.
contract DirectCalls is Unit {
    function assertDirectCall(bytes memory data, uint256 value) private {
        vm.deal(address(this), value);
        (bool ok, bytes memory reason) = extension.call{ value: value }(data);
        assertFalse(ok, "it answered");
        assertEq(reason, abi.encodeWithSelector(IPayRoxRouter.DirectCall.selector), "another reason");
    }

    function test_A6_C16_every_function_refuses_direct_calls() public {
        bytes4[] memory own = router.facetFunctionSelectors(address(router));
        assertEq(own.length, 16, "another number of functions");
        for (uint256 i = 0; i < own.length; i++) {
            // Enough zeros for any arguments, with the offsets of empty arrays.
            assertDirectCall(abi.encodePacked(own[i], new bytes(512)), 0);
        }
    }

    function test_C16_whatever_else_is_called_refuses_too(bytes calldata data) public {
        vm.assume(data.length > 3);
        bytes4[] memory own = router.facetFunctionSelectors(address(router));
        for (uint256 i = 0; i < own.length; i++) {
            vm.assume(own[i] != bytes4(data[:4]));
        }
        assertDirectCall(data, 1);
    }

    function test_H12_plain_ether_and_short_calldata_are_refused() public {
        assertDirectCall("", 1);
        assertDirectCall("", 0);
        assertDirectCall(hex"00", 1);
        assertDirectCall(hex"01ffc9", 0);
    }

    function test_C16_nobody_becomes_the_dispatcher_of_the_extension() public {
        bytes memory act =
            abi.encodeCall(IPayRoxRouterControl.setStatus, (address(0), uint256(1), new bytes4[](0)));
        assertDirectCall(bytes.concat(act, abi.encode(address(this))), 0);
    }
}
