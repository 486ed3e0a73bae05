// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    // 0x9228384e
    function finishMonthlyEscrow(address) external pure returns (bool) {
        return false;
    }
}
