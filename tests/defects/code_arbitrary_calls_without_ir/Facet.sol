// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Facet {
    function decoded(bytes calldata x) external {
        (address target, bytes memory data) = abi.decode(x, (address, bytes));
        (bool done,) = target.call(data);
        require(done);
    }

    function handed(address target, bytes calldata data) external {
        (bool done,) = target.call(data);
        require(done);
    }

    function kept(address target, bytes memory data) external {
        (bool done,) = target.call(data);
        require(done);
    }

    function packed(address target, bytes4 selector, uint256 value) external {
        (bool done,) = target.call(abi.encodeWithSelector(selector, value));
        require(done);
    }

    function each(address[] calldata targets, bytes[] calldata data) external {
        for (uint256 i = 0; i < targets.length; i++) {
            (bool done,) = targets[i].call(data[i]);
            require(done);
        }
    }
}
