// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { DemoToken } from "../../src/demo/DemoToken.sol";

/// @notice Takes one unit of every transfer.
contract TaxedToken is DemoToken {
    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _burn(from, 1);
        return super.transferFrom(from, to, amount - 1);
    }
}
