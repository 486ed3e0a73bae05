// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function quote(address payable to) external view returns (uint256) {
        _reading(_pay)(to);
        return 1;
    }

    function _pay(address payable to) private {
        to.transfer(1);
    }

    function _reading(function(address payable) writing)
        private
        pure
        returns (function(address payable) view reading)
    {
        assembly {
            reading := writing
        }
    }
}
