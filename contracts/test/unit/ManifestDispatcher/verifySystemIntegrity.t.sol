// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Unit } from "../Unit.sol";
import { Counter } from "../../harness/facets/Counter.sol";
import { Views } from "../../harness/facets/Views.sol";
import { STATE } from "../../harness/Flags.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";

/// @notice Integrity is computed: each thing that can be wrong makes it false, and mending it true again.
contract VerifySystemIntegrity is Unit {
    function assertIntact(bool expected, string memory message) private view {
        assertEq(dispatcher.verifySystemIntegrity(), expected, message);
    }

    function test_C23_it_is_true_in_every_state_reached_by_the_rules() public {
        assertIntact(true, "live");
        pause();
        assertIntact(true, "paused");
        halt();
        assertIntact(true, "halted");
        forbid(Counter.increment.selector);
        forbid(Views.administrate.selector);
        assertIntact(true, "forbidden while halted");
        unpause();
        assertIntact(true, "forbidden");
        release(secondRoutes());
        assertIntact(true, "upgraded");
        rollbackTo(1);
        assertIntact(true, "rolled back");
        freeze();
        sealNow();
        assertIntact(true, "sealed");
    }

    function test_C23_any_other_word_in_any_routes_slot_makes_it_false(uint256 seed, uint256 word) public {
        bytes4 selector = firstRoutes()[seed % 18].selector;
        bytes32 right = vm.load(address(router), slotOf(selector));
        vm.assume(bytes32(word) != right);
        vm.store(address(router), slotOf(selector), bytes32(word));
        assertIntact(false, "another word is not seen");
        vm.store(address(router), slotOf(selector), right);
        assertIntact(true, "the right word again");
    }

    function test_C23_any_single_bit_of_a_slot_counts() public {
        bytes32 slot = slotOf(Counter.increment.selector);
        bytes32 right = vm.load(address(router), slot);
        for (uint256 i = 0; i < 256; i++) {
            vm.store(address(router), slot, right ^ bytes32(1 << i));
            assertIntact(false, "a bit is not seen");
        }
    }

    function test_C23_another_state_word_makes_it_false() public {
        bytes32 right = vm.load(address(router), STATE);
        for (uint256 i = 0; i < 256; i++) {
            vm.store(address(router), STATE, right ^ bytes32(1 << i));
            assertIntact(false, "a bit is not seen");
        }
    }

    function test_C23_C5_a_slot_before_the_routers_own_functions_makes_it_false() public {
        bytes4[2] memory own = [IPayRoxRouter.batch.selector, IPayRoxRouter.owner.selector];
        for (uint256 i = 0; i < 2; i++) {
            vm.store(address(router), slotOf(own[i]), bytes32(uint256(1)));
            assertIntact(false, "not seen");
            vm.store(address(router), slotOf(own[i]), bytes32(0));
        }
        assertIntact(true, "mended");
    }

    function test_C23_A26_a_facet_with_other_code_makes_it_false() public {
        bytes memory code = address(views).code;
        vm.etch(address(views), bytes.concat(code, hex"00"));
        assertIntact(false, "not seen");
        vm.etch(address(views), "");
        assertIntact(false, "a facet without code is not seen");
        vm.etch(address(views), code);
        assertIntact(true, "mended");
    }

    function test_C23_A42_a_lost_or_invented_mark_makes_it_false() public {
        bytes32 mark = bytes32(uint256(0x80) << 160);
        forbid(Counter.lastCaller.selector);
        release(secondRoutes());
        bytes32 slot = slotOf(Counter.lastCaller.selector);
        assertEq(vm.load(address(router), slot), mark, "a mark without a route");
        vm.store(address(router), slot, 0);
        assertIntact(false, "the lost mark is not seen");
        vm.store(address(router), slot, mark);
        assertIntact(true, "mended");

        bytes32 cold = slotOf(Views.administrate.selector);
        vm.store(address(router), cold, mark);
        assertIntact(false, "an invented mark is not seen");
    }

    function test_C23_another_router_makes_it_false() public {
        bytes memory code = address(router).code;
        vm.etch(address(router), "");
        assertIntact(false, "no code");
        vm.etch(address(router), hex"00");
        assertIntact(false, "an empty answer");
        // The code that returns one word, 2.
        vm.etch(address(router), hex"600260005260206000f3");
        assertIntact(false, "another answer");
        vm.etch(address(router), code);
        assertIntact(true, "mended");
    }

    function test_C23_nothing_but_the_table_counts() public {
        vm.store(address(router), keccak256("test.counter"), bytes32(uint256(5)));
        assertIntact(true, "a facet's own storage");
    }
}
