// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256 private constant KEEPER = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300;
    uint256 private constant FEE = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3301;

    modifier initializer() {
        _;
    }

    function initialize(address keeper) external initializer {
        assembly {
            sstore(KEEPER, keeper)
        }
    }

    function initFee(uint256 fee) external {
        assembly {
            if iszero(eq(sload(KEEPER), caller())) { revert(0, 0) }
            sstore(FEE, fee)
        }
    }

    function initialFee() external view returns (uint256 fee) {
        assembly {
            fee := sload(FEE)
        }
    }
}
