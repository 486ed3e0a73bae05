// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { System } from "../../harness/System.sol";
import { Json } from "./Json.sol";

/// @notice What these tests run on is the committed release, byte for byte.
contract ReleaseCode is System, Json {
    function assertReleased(string memory name, address deployed) private view {
        // A mutant is tested from this very build, and is no release.
        if (vm.envOr("PAYROX_COMPILED", false)) return;
        bytes memory released = runtimeCode(name);
        assertGt(released.length, 100, string.concat(name, " has no code in the release"));
        assertEq(
            keccak256(withoutImmutables(name, deployed.code)),
            keccak256(released),
            string.concat(name, " is another on chain than in the release")
        );
    }

    function test_C8_C15_every_contract_on_chain_is_the_released_one() public view {
        assertReleased("DeterministicChunkFactory", address(factory));
        assertReleased("PayRoxRouterExtension", extension);
        assertReleased("ManifestDispatcher", implementation);
        assertReleased("PayRoxLauncher", address(launcher));
        assertReleased("PayRoxProxyRouter", address(router));
    }

    function test_C8_the_factory_has_no_immutables_and_so_one_code_everywhere() public view {
        if (vm.envOr("PAYROX_COMPILED", false)) return;
        assertEq(address(factory).code, runtimeCode("DeterministicChunkFactory"), "another code");
    }

    function test_A27_every_contract_fits_into_the_limit_of_the_chain() public view {
        address[5] memory all =
            [address(factory), extension, implementation, address(launcher), address(router)];
        for (uint256 i = 0; i < 5; i++) {
            assertLe(all[i].code.length, 24_576, "too large");
        }
    }

    function test_C16_A32_no_contract_can_destroy_itself_and_the_factory_lends_its_code_to_nobody()
        public
        view
    {
        address[5] memory all =
            [address(factory), extension, implementation, address(launcher), address(router)];
        for (uint256 i = 0; i < 5; i++) {
            bytes memory code = all[i].code;
            uint256 whole = code.length;
            code = withoutTail(code);
            assertGt(code.length * 20, whole * 17, "more than data was left out");
            assertFalse(hasOpcode(code, 0xff), "SELFDESTRUCT");
            assertFalse(hasOpcode(code, 0xf2), "CALLCODE");
        }
        assertFalse(hasOpcode(withoutTail(address(factory).code), 0xf4), "the factory delegatecalls");
    }

    /// @dev Walks instructions, so that data of PUSH is not taken for one.
    function hasOpcode(bytes memory code, uint8 opcode) private pure returns (bool) {
        for (uint256 i = 0; i < code.length; i++) {
            uint8 at = uint8(code[i]);
            if (at == opcode) return true;
            if (at >= 0x60 && at <= 0x7f) i += at - 0x5f;
        }
        return false;
    }

    /// @dev Code up to the first INVALID, behind which only data lies.
    function withoutTail(bytes memory code) private pure returns (bytes memory) {
        for (uint256 i = 0; i < code.length; i++) {
            uint8 at = uint8(code[i]);
            if (at == 0xfe) {
                assembly ("memory-safe") {
                    mstore(code, i)
                }
                return code;
            }
            if (at >= 0x60 && at <= 0x7f) i += at - 0x5f;
        }
        return code;
    }
}
