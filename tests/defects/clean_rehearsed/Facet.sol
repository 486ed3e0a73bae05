// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256 private constant FEE = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300;

    function fee() external view returns (uint256 value) {
        assembly {
            value := sload(FEE)
        }
    }

    function setFee(uint256 value) external {
        assembly {
            sstore(FEE, value)
        }
    }

    function maxFee() external pure returns (uint256) {
        return 1_000;
    }
}
