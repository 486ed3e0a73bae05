// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

struct Layout { uint256 count; uint128 credit; }

library Store {
    function layout() internal pure returns (Layout storage data) {
        bytes32 place = bytes32(uint256(keccak256("my.diamond.storage")) - 1);
        assembly {
            let at := place
            data.slot := at
        }
    }
}
