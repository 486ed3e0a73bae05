// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

contract Destroyer {
    function destroy(address payable to) external {
        selfdestruct(to);
    }
}

contract Facet {
    address private immutable destroyer;

    constructor(address destroyer_) {
        destroyer = destroyer_;
    }

    function close(address payable to) external {
        (bool done,) = destroyer.delegatecall(abi.encodeCall(Destroyer.destroy, (to)));
        require(done);
    }
}
