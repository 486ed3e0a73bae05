// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { vm } from "./Vm.sol";

/// @notice Reads payrox.toml and the committed artifacts, so that the tests run what is deployed, with its flags.
library Project {
    uint8 internal constant LOCK = 0x01;
    uint8 internal constant VIEW_LOCK = 0x02;
    uint8 internal constant PIN = 0x04;
    uint8 internal constant PAUSE_EXEMPT = 0x08;
    uint8 internal constant COLD = 0x10;
    uint8 internal constant RECEIVE = 0x20;

    uint256 internal constant FACETS = 13;
    uint256 internal constant ROUTES = 71;

    struct Route {
        bytes4 selector;
        address facet;
        uint8 flags;
        string signature;
    }

    struct Facet {
        string name;
        /// Creation code with the constructor's arguments.
        bytes initCode;
        /// Their facet is to be filled in.
        Route[] routes;
    }

    /// @param upgrade Whether the overrides of upgrade.toml apply.
    function facets(address factory, bool upgrade) internal view returns (Facet[] memory all) {
        string memory base = vm.readFile("payrox.toml");
        string memory over = upgrade ? vm.readFile("upgrade.toml") : "";
        all = new Facet[](FACETS);
        for (uint256 i; i < FACETS; ++i) {
            all[i] = _facet(base, over, string.concat(".facets[", vm.toString(i), "]"), factory);
        }
        require(
            !vm.keyExistsToml(base, string.concat(".facets[", vm.toString(FACETS), "]")),
            "more facets than tested"
        );
    }

    function _facet(string memory base, string memory over, string memory key, address factory)
        private
        view
        returns (Facet memory facet)
    {
        facet.name = vm.parseTomlString(base, string.concat(key, ".name"));
        string memory contractId = vm.parseTomlString(base, string.concat(key, ".contract"));
        if (bytes(over).length != 0 && _same(vm.parseTomlString(over, ".facets[0].name"), facet.name)) {
            contractId = vm.parseTomlString(over, ".facets[0].contract");
        }
        string memory path = _artifact(contractId);
        facet.initCode = vm.getCode(path);
        string[] memory args = _list(base, string.concat(key, ".args"));
        for (uint256 i; i < args.length; ++i) {
            uint256 word = _same(args[i], "{{factory}}") ? uint160(factory) : vm.parseUint(args[i]);
            facet.initCode = bytes.concat(facet.initCode, bytes32(word));
        }
        facet.routes = _routes(base, key, vm.readFile(path));
    }

    function _routes(string memory base, string memory key, string memory artifact)
        private
        view
        returns (Route[] memory routes)
    {
        string[] memory signatures = vm.parseJsonKeys(artifact, ".methodIdentifiers");
        bool receives = vm.keyExistsToml(base, string.concat(key, ".receive"))
            && vm.parseTomlBool(base, string.concat(key, ".receive"));
        routes = new Route[](signatures.length + (receives ? 1 : 0));
        for (uint256 i; i < signatures.length; ++i) {
            routes[i].selector = bytes4(keccak256(bytes(signatures[i])));
            routes[i].signature = signatures[i];
        }
        _setLock(artifact, routes);
        _unset(base, string.concat(key, ".no_lock"), routes);
        _set(_list(base, string.concat(key, ".view_lock")), routes, VIEW_LOCK);
        _set(_list(base, string.concat(key, ".pin")), routes, PIN);
        _set(_list(base, string.concat(key, ".pause_exempt")), routes, PAUSE_EXEMPT);
        _set(_list(base, string.concat(key, ".cold")), routes, COLD);
        if (receives) {
            routes[signatures.length] =
                Route({ selector: 0, facet: address(0), flags: RECEIVE, signature: "receive()" });
        }
    }

    /// @dev By name: no two functions of one name here differ in whether they change state.
    function _setLock(string memory artifact, Route[] memory routes) private view {
        for (uint256 i;; ++i) {
            string memory entry = string.concat(".abi[", vm.toString(i), "]");
            if (!vm.keyExistsJson(artifact, entry)) return;
            if (!_same(vm.parseJsonString(artifact, string.concat(entry, ".type")), "function")) continue;
            string memory kind = vm.parseJsonString(artifact, string.concat(entry, ".stateMutability"));
            if (_same(kind, "view") || _same(kind, "pure")) continue;
            string memory start =
                string.concat(vm.parseJsonString(artifact, string.concat(entry, ".name")), "(");
            for (uint256 j; j < routes.length; ++j) {
                if (vm.indexOf(routes[j].signature, start) == 0) routes[j].flags = LOCK;
            }
        }
    }

    function _unset(string memory base, string memory key, Route[] memory routes) private view {
        if (!vm.keyExistsToml(base, key)) return;
        string memory signature = vm.parseTomlString(base, string.concat(key, "[0].function"));
        for (uint256 i; i < routes.length; ++i) {
            if (_same(routes[i].signature, signature)) routes[i].flags = 0;
        }
    }

    function _set(string[] memory signatures, Route[] memory routes, uint8 flag) private pure {
        for (uint256 i; i < signatures.length; ++i) {
            bool found;
            for (uint256 j; j < routes.length; ++j) {
                if (!_same(routes[j].signature, signatures[i])) continue;
                routes[j].flags |= flag;
                found = true;
            }
            require(found, string.concat("payrox.toml names no function of the facet: ", signatures[i]));
        }
    }

    function _list(string memory toml, string memory key) private view returns (string[] memory list) {
        if (vm.keyExistsToml(toml, key)) list = vm.parseTomlStringArray(toml, key);
    }

    /// @dev `src/facets/Payments.sol:Payments` is at `out/Payments.sol/Payments.json`.
    function _artifact(string memory contractId) private pure returns (string memory) {
        string[] memory parts = vm.split(contractId, ":");
        string[] memory folders = vm.split(parts[0], "/");
        return string.concat("out/", folders[folders.length - 1], "/", parts[1], ".json");
    }

    function _same(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }
}
