// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ICut, Routing } from "./Routing.sol";

contract CutFacet {
    function diamondCut(ICut.Cut[] calldata cuts, address init, bytes calldata data) external {
        Routing.onlyOwner();
        Routing.cut(cuts, init, data);
    }
}
