// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library console {
    function log(uint256 value) internal view {
        address target = 0x000000000000000000636F6e736F6c652e6c6f67;
        bytes memory data = abi.encodeWithSignature("log(uint256)", value);
        assembly {
            pop(staticcall(gas(), target, add(data, 32), mload(data), 0, 0))
        }
    }
}

contract Facet {
    function quote(uint256 amount) external view returns (uint256) {
        console.log(amount);
        return amount * 2;
    }
}
