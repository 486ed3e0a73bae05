// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ICut, Routing } from "./Routing.sol";

/// A diamond whose functions all are those of facets.
contract AppDiamond {
    error NoFunction(bytes4 selector);

    constructor(address owner, ICut.Cut[] memory cuts) {
        Routing.layout().owner = owner;
        // ERC-165, and the loupe.
        Routing.layout().interfaces[0x01ffc9a7] = true;
        Routing.layout().interfaces[0x48e2b093] = true;
        Routing.cut(cuts, address(0), "");
    }

    fallback() external payable {
        address facet = Routing.facetOf(msg.sig);
        if (facet == address(0)) revert NoFunction(msg.sig);
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), facet, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) {
                revert(0, returndatasize())
            }
            return(0, returndatasize())
        }
    }

    receive() external payable { }
}
