// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function close(address payable to) external {
        _close(to);
    }

    function _close(address payable to) private {
        assembly {
            selfdestruct(to)
        }
    }
}
