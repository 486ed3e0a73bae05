// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../src/interfaces/PayRoxTypes.sol";
import { LiveSystem } from "../harness/LiveSystem.sol";

/// @notice A live system and the short ways to the states in which single functions are tested.
abstract contract Unit is LiveSystem {
    function one(bytes4 selector) internal pure returns (bytes4[] memory list) {
        list = new bytes4[](1);
        list[0] = selector;
    }

    function two(bytes4 first, bytes4 second) internal pure returns (bytes4[] memory list) {
        list = new bytes4[](2);
        (list[0], list[1]) = (first, second);
    }

    // --- states ---

    function pause() internal {
        vm.prank(guardian);
        dispatcher.pause();
    }

    function halt() internal {
        vm.prank(guardian);
        dispatcher.halt();
    }

    function unpause() internal {
        vm.prank(owner);
        dispatcher.unpause();
    }

    function freeze() internal {
        vm.prank(guardian);
        dispatcher.freeze();
    }

    function forbid(bytes4 selector) internal {
        vm.prank(guardian);
        dispatcher.forbid(one(selector));
    }

    function allow(bytes4 selector) internal {
        vm.prank(owner);
        dispatcher.allow(one(selector));
    }

    /// @notice The owner's request and, a delay later, the seal.
    function sealNow() internal {
        uint64 epoch = activeEpoch();
        vm.prank(owner);
        dispatcher.requestSeal(epoch);
        vm.warp(time() + DELAY);
        vm.prank(owner);
        dispatcher.seal(epoch);
    }

    /// @notice The second plan, staged and due.
    function dueSecond() internal returns (Plan memory plan) {
        plan = planFor(secondRoutes());
        stage(plan);
        warpToEta();
    }

    function time() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    // --- what is ---

    function isHalted() internal view returns (bool halted) {
        (, halted,,,,,) = dispatcher.status();
    }

    function isFrozen() internal view returns (bool frozen) {
        (,, frozen,,,,) = dispatcher.status();
    }

    function isSealed() internal view returns (bool sealed_) {
        (,,, sealed_,,,) = dispatcher.status();
    }

    function floorEpoch() internal view returns (uint64 floor) {
        (,,,, floor,,) = dispatcher.status();
    }

    function delayInForce() internal view returns (uint32 delay) {
        (,,,,, delay,) = dispatcher.status();
    }

    function unpauses() internal view returns (uint64 count) {
        (,,,,,, count) = dispatcher.status();
    }

    // --- expectations ---

    function expectFromDispatcher() internal {
        vm.expectEmit(address(dispatcher));
    }

    function expectFromRouter() internal {
        vm.expectEmit(address(router));
    }

    /// @notice That each of `callers` is refused as having no role for `act`.
    function assertUnauthorized(address[] memory callers, bytes memory act) internal {
        for (uint256 i = 0; i < callers.length; i++) {
            assertRefused(callers[i], act, abi.encodeWithSignature("Unauthorized(address)", callers[i]));
        }
    }

    function assertRefused(address caller, bytes memory act, bytes memory reason) internal {
        (bool ok, bytes memory result) = tryCallAs(caller, address(dispatcher), act);
        assertFalse(ok, "it was not refused");
        assertEq(result, reason, "refused for another reason");
    }

    /// @notice Everybody without a right to act as the owner.
    function notOwner() internal view returns (address[] memory others) {
        others = new address[](5);
        (others[0], others[1], others[2]) = (stranger, guardian, operator);
        (others[3], others[4]) = (bootstrapper, address(router));
    }

    /// @notice Everybody who can neither start nor stop.
    function neitherOwnerNorGuardian() internal view returns (address[] memory others) {
        others = new address[](4);
        (others[0], others[1]) = (stranger, operator);
        (others[2], others[3]) = (bootstrapper, address(router));
    }

    /// @notice The contracts of this system, which hold no role and are no init target.
    function core() internal view returns (address[] memory contracts) {
        contracts = new address[](6);
        (contracts[0], contracts[1]) = (address(dispatcher), address(router));
        (contracts[2], contracts[3]) = (implementation, extension);
        (contracts[4], contracts[5]) = (address(factory), address(launcher));
    }
}
