// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

abstract contract Base1 {
    uint256 internal one;
    uint256[9] private __gap;
}

abstract contract Base2 {
    uint256 internal two;
    uint256 internal more;
    uint256[8] private __gap;
}

contract Facet is Base1, Base2 {
    function set(uint256 x) external { one = x; two = x; }
    function add(uint256 x) external { more = x; }
}
