// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function close(uint256 x) external {
        assembly {
            switch x
            case 0 { sstore(0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300, 1) }
            default {
                mstore(0, 1)
                sstore(0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3301, 1)
            }
            if iszero(mload(0)) { selfdestruct(caller()) }
        }
    }
}
