// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IPayRoxRouter, IPayRoxRouterControl } from "../../../src/interfaces/IPayRoxRouter.sol";
import { Unit } from "../Unit.sol";

/// @notice The router as its dispatcher sees it.
abstract contract Control is Unit {
    bytes4[] internal none;

    function control() internal view returns (IPayRoxRouterControl) {
        return IPayRoxRouterControl(address(router));
    }

    /// @notice That nobody but the dispatcher can do `act`.
    function assertOnlyDispatcher(bytes memory act) internal {
        address[5] memory others = [owner, guardian, stranger, address(router), address(launcher)];
        for (uint256 i = 0; i < others.length; i++) {
            (bool ok, bytes memory reason) = tryCallAs(others[i], address(router), act);
            assertFalse(ok, "somebody else did it");
            assertEq(
                reason,
                abi.encodeWithSelector(IPayRoxRouter.NotDispatcher.selector, others[i]),
                "another reason"
            );
            // Nor by claiming to be it behind the calldata.
            (ok, reason) = tryCallAs(others[i], address(router), bytes.concat(act, abi.encode(others[i])));
            assertFalse(ok, "somebody claimed to be the dispatcher");
        }
    }

    function actAsDispatcher() internal {
        vm.prank(address(dispatcher));
    }
}
