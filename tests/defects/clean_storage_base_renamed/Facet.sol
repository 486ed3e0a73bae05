// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

abstract contract Z {
    uint256 private _value;

    function x() external view returns (uint256) { return _value; }
}

abstract contract Y {
    uint256 private _value;

    function y() external view returns (uint256) { return _value; }
}

contract Facet is Z, Y {
    function one() external pure returns (uint256) { return 1; }
}
