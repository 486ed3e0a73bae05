// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Credits {
    // 0xa19fb62f
    function drainMonthlyCredit(uint64 month) external pure returns (uint64) {
        return month + 1;
    }
}
