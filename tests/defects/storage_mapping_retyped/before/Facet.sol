// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    bytes32 private constant BALANCES = keccak256("defect.one");

    function balances() private pure returns (mapping(address => uint256) storage $) {
        bytes32 slot = BALANCES;
        assembly {
            $.slot := slot
        }
    }

    function balanceOf(address account) external view returns (uint256) { return uint256(balances()[account]); }
}
