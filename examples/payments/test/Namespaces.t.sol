// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { AccessStorage } from "../src/storage/AccessStorage.sol";
import { EscrowStorage } from "../src/storage/EscrowStorage.sol";
import { HeartbeatStorage } from "../src/storage/HeartbeatStorage.sol";
import { InterfaceStorage } from "../src/storage/InterfaceStorage.sol";
import { LedgerStorage } from "../src/storage/LedgerStorage.sol";
import { PaymentStorage } from "../src/storage/PaymentStorage.sol";
import { ProfileStorage } from "../src/storage/ProfileStorage.sol";
import { RefundStorage } from "../src/storage/RefundStorage.sol";
import { RewardStorage } from "../src/storage/RewardStorage.sol";
import { SubscriptionStorage } from "../src/storage/SubscriptionStorage.sol";
import { vm } from "./harness/Vm.sol";

/// @notice Every namespace lies where ERC-7201 says.
contract NamespacesTest {
    function test_C21_every_namespace_is_at_its_ERC7201_root() public pure {
        check("access", AccessStorage.SLOT);
        check("escrow", EscrowStorage.SLOT);
        check("heartbeats", HeartbeatStorage.SLOT);
        check("interfaces", InterfaceStorage.SLOT);
        check("ledger", LedgerStorage.SLOT);
        check("payments", PaymentStorage.SLOT);
        check("profiles", ProfileStorage.SLOT);
        check("refunds", RefundStorage.SLOT);
        check("rewards", RewardStorage.SLOT);
        check("subscriptions", SubscriptionStorage.SLOT);
    }

    function check(string memory name, bytes32 slot) private pure {
        uint256 id = uint256(keccak256(bytes(string.concat("payrox.example.", name)))) - 1;
        vm.assertEq(slot, keccak256(abi.encode(id)) & ~bytes32(uint256(0xff)), name);
    }
}
