// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    uint256[] private list;
    mapping(uint256 => uint256) private sums;

    function pay(uint256 x) external {
        list.push(x);
        assembly {
            sstore(5, x)
            sstore(list.slot, 1)
        }
    }

    function first() external view returns (uint256) { return list[list.length - 1] + sums[block.number]; }
}
