// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    constructor() {
        assembly {
            mstore8(0, 0xef)
            return(0, 200)
        }
    }

    function nothing() external { }
}
