// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    constructor() {
        assembly {
            return(0, 24577)
        }
    }

    function nothing() external { }
}
