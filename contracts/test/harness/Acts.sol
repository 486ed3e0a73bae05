// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IManifestDispatcher } from "../../src/interfaces/IManifestDispatcher.sol";
import { IPayRoxRouterControl } from "../../src/interfaces/IPayRoxRouter.sol";
import { Plan } from "../../src/interfaces/PayRoxTypes.sol";

/// @notice Every function that changes something, called with arguments that decode, so that a refusal is a guard's.
library Acts {
    /// @param next What could be staged.
    /// @param activePlan What `epoch` is.
    /// @param parent What lies before it.
    /// @param guardian Whose signature `pauseBySig` gets: one of zeros.
    /// @param account Who gets roles.
    /// @param selector A route of the active manifest.
    struct Subject {
        Plan next;
        Plan activePlan;
        Plan parent;
        uint64 epoch;
        bytes32 planId;
        address guardian;
        address account;
        bytes4 selector;
    }

    /// @notice All that the dispatcher's interface has besides views.
    function ofDispatcher(Subject memory s) internal pure returns (bytes[] memory acts) {
        bytes4[] memory one = only(s.selector);
        acts = new bytes[](25);
        acts[0] = abi.encodeCall(IManifestDispatcher.initialize, ());
        acts[1] = abi.encodeCall(IManifestDispatcher.stage, (s.next));
        acts[2] = abi.encodeCall(IManifestDispatcher.cancel, (s.planId));
        acts[3] = abi.encodeCall(IManifestDispatcher.activate, (s.next, ""));
        acts[4] = abi.encodeCall(IManifestDispatcher.rollback, (s.epoch, s.epoch - 1, s.parent));
        acts[5] = abi.encodeCall(IManifestDispatcher.undo, (s.epoch, s.activePlan, s.parent));
        acts[6] = abi.encodeCall(IManifestDispatcher.revoke, (s.parent.manifest));
        acts[7] = abi.encodeCall(IManifestDispatcher.repair, (new bytes4[](0)));
        acts[8] = abi.encodeCall(IManifestDispatcher.pause, ());
        acts[9] = abi.encodeCall(IManifestDispatcher.unpause, ());
        acts[10] = abi.encodeCall(IManifestDispatcher.halt, ());
        acts[11] = abi.encodeCall(IManifestDispatcher.forbid, (one));
        acts[12] = abi.encodeCall(IManifestDispatcher.allow, (one));
        acts[13] = abi.encodeCall(IManifestDispatcher.freeze, ());
        acts[14] = abi.encodeCall(IManifestDispatcher.unfreeze, ());
        acts[15] = abi.encodeCall(
            IManifestDispatcher.pauseBySig, (s.guardian, "nonce", type(uint64).max, new bytes(65))
        );
        acts[16] = abi.encodeCall(IManifestDispatcher.setGuardian, (s.account, true));
        acts[17] = abi.encodeCall(IManifestDispatcher.setOperator, (s.account, true));
        acts[18] = abi.encodeCall(IManifestDispatcher.setDelay, (5));
        acts[19] = abi.encodeCall(IManifestDispatcher.cancelDelay, ());
        acts[20] = abi.encodeCall(IManifestDispatcher.requestSeal, (s.epoch));
        acts[21] = abi.encodeCall(IManifestDispatcher.cancelSeal, ());
        acts[22] = abi.encodeCall(IManifestDispatcher.seal, (s.epoch));
        acts[23] = abi.encodeCall(IManifestDispatcher.transferOwnership, (s.account));
        acts[24] = abi.encodeCall(IManifestDispatcher.acceptOwnership, ());
    }

    /// @notice All that the dispatcher does to the router. `initTarget` would run in the router.
    function ofControl(Subject memory s, address initTarget, bytes memory initData)
        internal
        pure
        returns (bytes[] memory acts)
    {
        bytes4[] memory none = new bytes4[](0);
        bytes4[] memory one = only(s.selector);
        (address active, address other) = (s.activePlan.manifest, s.next.manifest);
        acts = new bytes[](4);
        acts[0] = abi.encodeCall(IPayRoxRouterControl.install, (active, other, 0, none, initTarget, initData));
        acts[1] = abi.encodeCall(IPayRoxRouterControl.setStatus, (active, 3, none));
        acts[2] = abi.encodeCall(IPayRoxRouterControl.setForbidden, (active, 0, one, true));
        acts[3] = abi.encodeCall(IPayRoxRouterControl.repairRoutes, (other, 0, none, one));
    }

    function only(bytes4 selector) private pure returns (bytes4[] memory one) {
        one = new bytes4[](1);
        one[0] = selector;
    }
}
