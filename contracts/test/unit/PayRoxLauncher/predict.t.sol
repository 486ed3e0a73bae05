// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../../src/interfaces/IManifestDispatcher.sol";
import { SystemConfig } from "../../../src/interfaces/PayRoxTypes.sol";
import { System } from "../../harness/System.sol";

contract PredictSystem is System {
    /// @dev EIP-1014 over ERC-1167 with arguments, from the documentation of `SystemConfig` alone.
    function expectedDispatcher(SystemConfig memory c) private view returns (address) {
        bytes memory arguments = bytes.concat(
            abi.encodePacked(launcher, c.proxy, c.bootstrapper, c.owner, c.delay, uint8(c.guardians.length)),
            packed(c.guardians),
            packed(c.operators)
        );
        bytes memory code = bytes.concat(
            hex"363d3d373d3d3d363d73", bytes20(implementation), hex"5af43d82803e903d91602b57fd5bf3", arguments
        );
        bytes32 initCodeHash =
            keccak256(bytes.concat(hex"61", bytes2(uint16(code.length)), hex"3d81600a3d39f3", code));
        return create2(address(launcher), keccak256(abi.encode(c.name)), initCodeHash);
    }

    function packed(address[] memory accounts) private pure returns (bytes memory all) {
        for (uint256 i = 0; i < accounts.length; i++) {
            all = abi.encodePacked(all, accounts[i]);
        }
    }

    function create2(address deployer, bytes32 salt, bytes32 hash) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", deployer, salt, hash)))));
    }

    function account(uint256 seed, uint256 i) private pure returns (address) {
        // Never zero, a precompile or one of ours.
        return address(uint160(uint256(keccak256(abi.encode(seed, i)))) | (1 << 159));
    }

    function someConfig(bytes32 name, uint256 seed) private pure returns (SystemConfig memory c) {
        c.name = name;
        c.owner = account(seed, 1);
        c.bootstrapper = seed % 3 == 0 ? address(0) : account(seed, 2);
        c.delay = uint32(1 + seed % 90 days);
        c.guardians = new address[]((seed >> 32) % 9);
        for (uint256 i = 0; i < c.guardians.length; i++) {
            c.guardians[i] = account(seed, 100 + i);
        }
        c.operators = new address[]((seed >> 64) % 9);
        for (uint256 i = 0; i < c.operators.length; i++) {
            c.operators[i] = account(seed, 200 + i);
        }
    }

    function test_C26_I15_H20_whatever_is_launched_lies_where_it_was_predicted(bytes32 name, uint256 seed)
        public
    {
        SystemConfig memory c = someConfig(name, seed);
        (address promised, address promisedRouter) = launcher.predict(c);
        assertEq(promised, expectedDispatcher(c), "not as documented");
        assertEq(promised.code.length + promisedRouter.code.length, 0, "there is something already");

        (address made, address madeRouter) = launcher.launch(c);
        assertEq(made, promised, "another dispatcher");
        assertEq(madeRouter, promisedRouter, "another router");
        assertGt(madeRouter.code.length, 0, "no router");
        bytes32 hash = IManifestDispatcher(made).routerInitCodeHash();
        assertEq(madeRouter, create2(made, 0, hash), "not the dispatcher's own");
        (address again, address againRouter) = launcher.predict(c);
        assertTrue(again == made && againRouter == madeRouter, "predicted elsewhere afterwards");
    }

    function test_C26_the_prediction_does_not_depend_on_who_asks_or_sends(address sender, uint64 chain)
        public
    {
        vm.assume(sender != address(0) && sender.code.length == 0);
        config.name = "another";
        (address promised,) = launcher.predict(config);
        vm.chainId(bound(chain, 1, type(uint64).max - 1));
        vm.prank(sender);
        (address made,) = launcher.launch(config);
        assertEq(made, promised, "another address");
    }

    function test_C26_H20_A3_every_field_has_its_own_address() public {
        address[] memory seen = new address[](9);
        (seen[0],) = launcher.predict(config);
        config.name = "other";
        (seen[1],) = launcher.predict(config);
        config.owner = stranger;
        (seen[2],) = launcher.predict(config);
        config.bootstrapper = stranger;
        (seen[3],) = launcher.predict(config);
        config.delay = 5;
        (seen[4],) = launcher.predict(config);
        config.guardians.push(stranger);
        (seen[5],) = launcher.predict(config);
        config.operators.push(stranger);
        (seen[6],) = launcher.predict(config);
        config.proxy = stranger;
        (seen[7],) = launcher.predict(config);
        // The last guardian made the first operator: the same bytes but the count.
        config.guardians.pop();
        config.operators = [stranger, operator, stranger];
        (seen[8],) = launcher.predict(config);
        for (uint256 i = 0; i < 9; i++) {
            for (uint256 j = 0; j < i; j++) {
                assertNotEq(seen[i], seen[j], "two configurations, one address");
            }
        }
    }

    function test_an_adopted_proxy_is_what_users_call() public {
        config.proxy = stranger;
        (, address users) = launcher.predict(config);
        assertEq(users, stranger, "another address");
    }
}
