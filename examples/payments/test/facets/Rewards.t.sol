// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ILedger } from "../../src/interfaces/ILedger.sol";
import { IRewards } from "../../src/interfaces/IRewards.sol";
import { PaymentsTest } from "../harness/PaymentsTest.sol";

contract RewardsTest is PaymentsTest {
    function pay(uint256 amount) internal {
        vm.prank(alice);
        system.pay(address(token), bob, amount, MEMO);
    }

    function test_a_part_of_the_fee_comes_back_to_the_payer() public {
        setFee(1000);
        setRewardRate(2500);
        assertEq(system.rewardRate(), 2500, "a quarter");
        vm.expectEmit(address(router));
        emit IRewards.RewardEarned(alice, address(token), 25);
        pay(1000);

        assertEq(system.rewardsOf(alice, address(token)), 25, "earned");
        assertBalance(address(router), address(token), 75, "fees");
        assertBalance(bob, address(token), 900, "payee");
        assertSquare(address(token));

        vm.expectEmit(address(router));
        emit IRewards.RewardClaimed(alice, address(token), 25);
        vm.prank(alice);
        assertEq(system.claimRewards(address(token)), 25, "claimed");
        assertBalance(alice, address(token), 25, "in the balance");
        assertEq(system.rewardsOf(alice, address(token)), 0, "once");
        assertSquare(address(token));

        vm.prank(alice);
        expectError(ILedger.ZeroAmount.selector);
        system.claimRewards(address(token));
    }

    function testFuzz_rewards_and_fees_are_the_fee(uint128 amount, uint16 fee, uint16 rate) public {
        amount = uint128(uint256(amount) % 1_000_000 ether) + 1;
        fee = fee % 1001;
        rate = rate % 10_001;
        setFee(fee);
        setRewardRate(rate);
        pay(amount);
        uint256 due = uint256(amount) * fee / 10_000;
        uint256 reward = due * rate / 10_000;
        assertEq(system.rewardsOf(alice, address(token)), reward, "reward");
        assertBalance(address(router), address(token), due - reward, "fees");
        assertSquare(address(token));
    }

    function test_the_rate_is_the_managers_and_at_most_everything() public {
        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.setRewardRate(1);
        vm.startPrank(manager);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RateTooHigh.selector, 10_001, 10_000));
        system.setRewardRate(10_001);
        vm.expectEmit(address(router));
        emit IRewards.RewardRateSet(10_000);
        system.setRewardRate(10_000);
    }

    function test_the_manager_grants_rewards_out_of_the_fees_and_no_more() public {
        setFee(1000);
        pay(1000);
        vm.prank(stranger);
        expectMissingRole(stranger, MANAGER);
        system.grantReward(carol, address(token), 1);

        vm.startPrank(manager);
        expectPoor(address(router), address(token), 100, 101);
        system.grantReward(carol, address(token), 101);
        expectError(ILedger.InvalidRecipient.selector, address(router));
        system.grantReward(address(router), address(token), 1);
        expectError(ILedger.ZeroAmount.selector);
        system.grantReward(carol, address(token), 0);

        vm.expectEmit(address(router));
        emit IRewards.RewardGranted(carol, address(token), 60);
        system.grantReward(carol, address(token), 60);
        assertEq(system.rewardsOf(carol, address(token)), 60, "granted");
        assertBalance(address(router), address(token), 40, "fees");
        assertSquare(address(token));
    }
}
