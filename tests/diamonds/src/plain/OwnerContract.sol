// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// Owns a diamond and does what its keeper says: what a Safe is, without its signatures.
contract OwnerContract {
    address private immutable keeper;

    error NotKeeper();

    constructor(address keeper_) {
        keeper = keeper_;
    }

    function execute(address to, bytes calldata data) external {
        if (msg.sender != keeper) revert NotKeeper();
        (bool ok, bytes memory reason) = to.call(data);
        if (!ok) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
