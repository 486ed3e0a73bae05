// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    address private immutable keeper;
    uint256 private constant SLOT = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300;

    constructor(address keeper_) {
        keeper = keeper_;
    }

    function setFee(uint256 fee) external {
        require(tx.origin == keeper);
        assembly {
            sstore(SLOT, fee)
        }
    }
}
