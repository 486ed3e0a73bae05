// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { Plan } from "../../../src/interfaces/PayRoxTypes.sol";
import { Unit } from "../Unit.sol";

contract PlanId is Unit {
    string private constant TYPE =
        "Plan(address router,uint64 epoch,bytes32 parent,address manifest,bytes32 root,uint16 routes,address initTarget,bytes32 initCodeHash,bytes32 initDataHash,uint64 notBefore,uint32 window,uint32 undoFor,uint64 floor)";

    /// @dev EIP-712 by hand: domain, struct, digest.
    function expected(uint256 chain, address verifier, Plan memory plan) private pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("PayRox"),
                keccak256("1"),
                chain,
                verifier
            )
        );
        bytes32 structHash = keccak256(bytes.concat(keccak256(bytes(TYPE)), abi.encode(plan)));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function test_H6_it_is_the_EIP_712_hash_of_the_plan_for_this_chain_and_dispatcher(Plan memory plan)
        public
        view
    {
        assertEq(dispatcher.planId(plan), expected(block.chainid, address(dispatcher), plan), "not EIP-712's");
    }

    function test_H6_on_a_forked_chain_it_follows_the_chain_id(uint64 chain) public {
        Plan memory plan = planFor(secondRoutes());
        vm.chainId(bound(chain, 1, type(uint64).max - 1));
        assertEq(
            dispatcher.planId(plan), expected(block.chainid, address(dispatcher), plan), "the old chain's"
        );
    }

    function test_H6_each_system_has_its_own() public {
        Plan memory plan = planFor(secondRoutes());
        config.name = "another";
        (address sibling,) = launcher.launch(config);
        (bool ok, bytes memory id) = sibling.staticcall(abi.encodeCall(dispatcher.planId, (plan)));
        assertTrue(ok, "the sibling answers");
        assertEq(abi.decode(id, (bytes32)), expected(block.chainid, sibling, plan), "not the sibling's");
    }

    function test_C16_the_domain_is_published_as_ERC_5267_says() public view {
        (bool ok, bytes memory answer) =
            address(dispatcher).staticcall(abi.encodeWithSignature("eip712Domain()"));
        assertTrue(ok, "no domain");
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier,,) =
            abi.decode(answer, (bytes1, string, string, uint256, address, bytes32, uint256[]));
        assertEq(uint8(fields), 0x0f, "other fields");
        assertEq(name, "PayRox", "another name");
        assertEq(version, "1", "another version");
        assertEq(chain, block.chainid, "another chain");
        assertEq(verifier, address(dispatcher), "another contract");
    }
}
