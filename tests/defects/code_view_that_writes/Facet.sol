// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256 private constant SLOT = 0x2a1276342aec5be5c8c5295e23ff9b63e634aa7655660197e4a45d97c9eb3300;

    function quote(uint256 amount) external view returns (uint256) {
        return _reading(_count)(amount);
    }

    function _count(uint256 amount) private returns (uint256 counted) {
        assembly {
            counted := add(sload(SLOT), amount)
            sstore(SLOT, counted)
        }
    }

    function _reading(function(uint256) returns (uint256) writing)
        private
        pure
        returns (function(uint256) view returns (uint256) reading)
    {
        assembly {
            reading := writing
        }
    }
}
