// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Unit } from "../Unit.sol";
import { IPayRoxRouter } from "../../../src/interfaces/IPayRoxRouter.sol";
import { IDiamondLoupe } from "../../../src/interfaces/IDiamondLoupe.sol";
import { COLD, PAUSE_EXEMPT, PIN } from "../../harness/Flags.sol";
import { Interfaces } from "./Interfaces.sol";

contract SupportsInterface is Unit {
    bytes4 private constant ERC165 = 0x01ffc9a7;
    bytes4 private constant ROUTED = 0x12345678;

    Interfaces private interfaces;

    function route(uint8 flags) private {
        interfaces = new Interfaces();
        add(address(interfaces), ERC165, flags);
        release(take());
        vm.store(address(router), keccak256("test.interfaces"), bytes32(uint256(1)));
    }

    function test_the_routers_own_ids_are_supported() public view {
        assertTrue(router.supportsInterface(ERC165), "ERC-165");
        assertTrue(router.supportsInterface(0x48e2b093), "the loupe of EIP-2535");
        assertTrue(type(IDiamondLoupe).interfaceId == bytes4(0x48e2b093), "not the loupe of EIP-2535");
        assertTrue(router.supportsInterface(type(IPayRoxRouter).interfaceId), "the router's");
        assertFalse(router.supportsInterface(0xffffffff), "ERC-165 denies this one");
        assertFalse(router.supportsInterface(0x1f931c1c), "no diamondCut");
    }

    function test_without_a_route_nothing_else_is(bytes4 id) public view {
        vm.assume(id != ERC165 && id != type(IDiamondLoupe).interfaceId);
        vm.assume(id != type(IPayRoxRouter).interfaceId);
        assertFalse(router.supportsInterface(id), "an unknown id");
    }

    function test_the_routed_one_is_asked_in_the_routers_storage() public {
        route(COLD);
        assertTrue(router.supportsInterface(ROUTED), "not asked");
        assertFalse(router.supportsInterface(0x87654321), "another id");
        vm.store(address(router), keccak256("test.interfaces"), 0);
        assertFalse(router.supportsInterface(ROUTED), "not in the router's storage");
        assertTrue(router.supportsInterface(ERC165), "the router's own");
        assertFalse(router.supportsInterface(0xffffffff), "ERC-165 denies this one");
    }

    function test_any_answer_but_a_whole_true_is_no() public {
        route(COLD);
        for (uint32 mode = 1; mode <= 4; mode++) {
            assertFalse(router.supportsInterface(bytes4(0x99999900 + mode)), "a strange answer");
        }
    }

    function test_A37_paused_it_is_not_asked_unless_exempt() public {
        route(COLD);
        pause();
        assertFalse(router.supportsInterface(ROUTED), "asked while paused");
        assertTrue(router.supportsInterface(ERC165), "the router's own");
        unpause();
        route(COLD | PAUSE_EXEMPT);
        pause();
        assertTrue(router.supportsInterface(ROUTED), "exempt");
        halt();
        assertFalse(router.supportsInterface(ROUTED), "asked while halted");
    }

    function test_A26_A43_pinned_it_is_not_asked_once_its_code_is_another() public {
        route(COLD | PIN);
        assertTrue(router.supportsInterface(ROUTED), "not asked");
        vm.etch(address(interfaces), bytes.concat(address(interfaces).code, hex"00"));
        assertFalse(router.supportsInterface(ROUTED), "other code was run in the router's storage");
        assertTrue(router.supportsInterface(ERC165), "the router's own");
    }
}
