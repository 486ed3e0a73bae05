// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { COLD, LOCK, LOCK_SLOT } from "../harness/Flags.sol";
import { Route } from "../harness/Manifests.sol";
import { System } from "../harness/System.sol";
import { Counter } from "../harness/facets/Counter.sol";
import { SlotWriter } from "../harness/facets/Hostile.sol";

/// @notice The way back from one largest table to another, in a transaction of its own and at the chain's limit of gas.
/// @dev Isolated, every call of a test is a transaction of its own: with 21,000 gas, its calldata and cold slots.
/// forge-config: default.isolate = true
contract ExchangeAttacks is System {
    /// @dev EIP-7825, less what a transaction costs before it runs; calldata is taken from it.
    uint256 private constant LIMIT = 16_777_216 - 21_000;
    uint256 private constant NEW_SLOT = 22_100;

    function test_A41_512_hot_and_78_cold_routes_are_exchanged_in_one_transaction() public {
        assertExchanged(1, 512, 78);
    }

    function test_A41_144_hot_and_3756_cold_routes_are_exchanged_in_one_transaction() public {
        assertExchanged(1, 144, 3756);
    }

    /// @dev Each facet's code hash is read, and each has its part in `DiamondCut`.
    function test_A41_512_hot_routes_of_40_facets_are_exchanged_in_one_transaction() public {
        assertExchanged(40, 512, 0);
    }

    function test_A41_469_hot_routes_of_255_facets_are_exchanged_in_one_transaction() public {
        assertExchanged(255, 469, 0);
    }

    /// @dev What comes and what goes alternate, which no loop over many alike can take together.
    function test_A41_512_hot_and_78_cold_routes_between_others_are_exchanged_in_one_transaction() public {
        assertExchanged(routes(1, 0x10000000, 512, 78), routes(1, 0x10000001, 512, 78), 512);
    }

    function test_A41_144_hot_and_3756_cold_routes_between_others_are_exchanged_in_one_transaction() public {
        assertExchanged(routes(1, 0x10000000, 144, 3756), routes(1, 0x10000001, 144, 3756), 144);
    }

    function test_A41_one_route_more_than_can_be_exchanged_is_not_staged() public {
        assertTooMuch(512, 79);
        assertTooMuch(145, 3755);
        stage(planFor(routes(1, 0x10000000, 144, 3756)));
    }

    /// @dev No selector and no facet is in both tables, so that every slot of one is cleared and every slot of the other new. The
    /// limit is the transaction's, not what it uses: every call inside leaves a 64th of its gas behind.
    function assertExchanged(uint256 facets, uint256 hot, uint256 cold) private {
        assertExchanged(routes(facets, 0x10000000, hot, cold), routes(facets, 0x20000000, hot, cold), hot);
    }

    function assertExchanged(Route[] memory before_, Route[] memory after_, uint256 hot) private {
        Plan memory first = release(planFor(before_), "");
        Plan memory second = release(planFor(after_), "");

        uint256 snapshot = vm.snapshotState();
        uint256 before = gasleft();
        vm.prank(guardian);
        (bool ok,) =
            address(dispatcher).call{ gas: LIMIT }(abi.encodeCall(dispatcher.undo, (2, second, first)));
        assertTrue(ok, "an undo does not fit into a transaction");
        assertGt(before - gasleft(), hot * NEW_SLOT, "the slots were warm");
        assertEq(servedCount(), before_.length, "not all routes came back");
        vm.revertToState(snapshot);

        vm.prank(owner);
        (ok,) = address(dispatcher).call{ gas: LIMIT }(abi.encodeCall(dispatcher.rollback, (2, 1, first)));
        assertTrue(ok, "a rollback does not fit into a transaction");
        assertEq(servedCount(), before_.length, "not all routes came back");
    }

    function assertTooMuch(uint256 hot, uint256 cold) private {
        Plan memory plan = planFor(routes(1, 0x10000000, hot, cold));
        vm.expectRevert(abi.encodeWithSignature("TooMuchToExchange(uint256,uint256)", hot + cold, hot));
        stage(plan);
    }

    /// @dev Dealt to as many facets in turn, of which `first` makes others; the first routes are hot. Every second selector.
    function routes(uint256 facets, uint32 first, uint256 hot, uint256 cold)
        private
        returns (Route[] memory list)
    {
        list = new Route[](hot + cold);
        for (uint256 i = 0; i < list.length; i++) {
            address facet = address(uint160((uint256(0xFACE) << 64) | (uint256(first) << 16) | (i % facets)));
            if (i < facets) vm.etch(facet, abi.encodePacked(hex"00", first, i));
            list[i] = Route(bytes4(first + 2 * uint32(i)), facet, facet.codehash, i < hot ? 0 : COLD);
        }
    }
}

/// @notice Takes the lock through a route that has none, and calls on.
contract LockTaker {
    function takeAndCall(address router, bytes calldata data)
        external
        returns (bool ok, bytes memory result)
    {
        SlotWriter(router).writeTransient(LOCK_SLOT, bytes32(uint256(1)));
        return router.call(data);
    }
}

/// @dev Isolated as above.
/// forge-config: default.isolate = true
contract LockAcrossTransactions is System {
    function test_A36_a_lock_taken_by_hand_is_free_in_the_next_transaction() public {
        add(address(new SlotWriter()), SlotWriter.writeTransient.selector, 0);
        add(address(new Counter()), Counter.increment.selector, LOCK);
        release(take());
        LockTaker taker = new LockTaker();

        bytes memory locked = abi.encodeCall(Counter.increment, ());
        (bool ok, bytes memory reason) = taker.takeAndCall(address(router), locked);
        assertFalse(ok, "a locked route answered a stranger while the lock was held");
        assertEq(
            reason,
            abi.encodeWithSelector(IPayRoxRouter.Reentered.selector, Counter.increment.selector),
            "another reason"
        );
        assertEq(Counter(address(router)).increment(), 1, "the lock outlived its transaction");
    }
}
