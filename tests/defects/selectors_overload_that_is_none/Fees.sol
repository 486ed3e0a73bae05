// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface Token { }

contract Fees {
    enum Kind { Fixed, Share }

    function setFee(Token, Kind kind) external pure returns (Kind) {
        return kind;
    }
}
