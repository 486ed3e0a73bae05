// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ICut, Routing } from "../appstorage/Routing.sol";

/// A diamond that does something of its own on the way to its facets: it counts their calls, where a facet does not expect it.
contract CrookedDiamond {
    error NoFunction(bytes4 selector);

    bytes32 private constant CALLS = keccak256("payrox.tests.crooked");

    constructor(address owner, ICut.Cut[] memory cuts) {
        Routing.layout().owner = owner;
        Routing.layout().interfaces[0x01ffc9a7] = true;
        Routing.layout().interfaces[0x48e2b093] = true;
        Routing.cut(cuts, address(0), "");
    }

    fallback() external payable {
        address facet = Routing.facetOf(msg.sig);
        if (facet == address(0)) revert NoFunction(msg.sig);
        bytes32 at = CALLS;
        // The loupe is asked as ever.
        bool counted = msg.sig == bytes4(keccak256("deposit()"));
        assembly {
            if counted { sstore(at, add(sload(at), 1)) }
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) {
                revert(0, returndatasize())
            }
            return(0, returndatasize())
        }
    }
}
