// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import { SignatureChecker } from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import { IManifestDispatcher } from "../interfaces/IManifestDispatcher.sol";
import { Manifest, ManifestCodec } from "../libraries/ManifestCodec.sol";
import { ReservedSelectors } from "../libraries/ReservedSelectors.sol";
import { DispatcherStorage } from "../storage/DispatcherStorage.sol";
import { DispatcherBase } from "./DispatcherBase.sol";

/// @notice Pause, halt, forbid and freeze: guardians stop, the owner starts again.
abstract contract Stops is DispatcherBase {
    using DispatcherStorage for DispatcherStorage.Layout;

    bytes32 private constant PAUSE_TYPEHASH =
        keccak256("Pause(bytes32 nonce,uint64 deadline,uint64 unpauses)");

    /// @inheritdoc IManifestDispatcher
    function pause() external onlyOwnerOrGuardian {
        _pause(msg.sender);
    }

    /// @inheritdoc IManifestDispatcher
    function unpause() external onlyOwner {
        DispatcherStorage.Layout storage $ = _store();

        _setFlag(DispatcherStorage.STATUS, false);
        // Whatever was signed before is void.
        unchecked {
            ++$.unpauses;
        }
        emit Unpaused(msg.sender, $.unpauses);

        _writeStatus();
    }

    /// @inheritdoc IManifestDispatcher
    function halt() external onlyOwnerOrGuardian {
        _setFlag(DispatcherStorage.STATUS, true);
        emit Halted(msg.sender);

        _writeStatus();
    }

    /// @inheritdoc IManifestDispatcher
    function pauseBySig(address guardian, bytes32 nonce, uint64 deadline, bytes calldata signature) external {
        DispatcherStorage.Layout storage $ = _store();
        require(block.timestamp <= deadline, Expired(deadline, block.timestamp));
        require(_isGuardian(guardian), Unauthorized(guardian));
        require(!$.nonces[guardian][nonce], NonceUsed(guardian, nonce));
        bytes32 digest = _hashTypedData(keccak256(abi.encode(PAUSE_TYPEHASH, nonce, deadline, $.unpauses)));
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        require(
            signer == guardian || SignatureChecker.isValidERC1271SignatureNow(guardian, digest, signature),
            InvalidSignature(guardian)
        );

        $.nonces[guardian][nonce] = true;
        _pause(guardian);
    }

    /// @inheritdoc IManifestDispatcher
    function forbid(bytes4[] calldata selectors) external onlyOwnerOrGuardian {
        DispatcherStorage.Layout storage $ = _store();
        Manifest manifest = ManifestCodec.load($.manifest);

        for (uint256 i; i < selectors.length; ++i) {
            bytes4 selector = selectors[i];
            require(!ReservedSelectors.contains(selector), ReservedSelector(selector));
            require(manifest.find(uint32(selector)) != 0, NotRouted(selector));
            if ($.forbiddenAt[selector] != 0) continue;
            $.forbidden.push(selector);
            $.forbiddenAt[selector] = $.forbidden.length;
        }
        _setFlag(DispatcherStorage.ANY_FORBIDDEN, $.forbidden.length != 0);
        emit SelectorsForbidden(msg.sender, selectors);

        _control().setForbidden($.manifest, _status(), selectors, true);
    }

    /// @inheritdoc IManifestDispatcher
    function allow(bytes4[] calldata selectors) external onlyOwner {
        DispatcherStorage.Layout storage $ = _store();

        for (uint256 i; i < selectors.length; ++i) {
            uint256 at = $.forbiddenAt[selectors[i]];
            if (at == 0) continue;
            bytes4 last = $.forbidden[$.forbidden.length - 1];
            $.forbidden[at - 1] = last;
            $.forbiddenAt[last] = at;
            $.forbidden.pop();
            $.forbiddenAt[selectors[i]] = 0;
        }
        _setFlag(DispatcherStorage.ANY_FORBIDDEN, $.forbidden.length != 0);
        emit SelectorsAllowed(msg.sender, selectors);

        _control().setForbidden($.manifest, _status(), selectors, false);
    }

    /// @inheritdoc IManifestDispatcher
    function freeze() external onlyOwnerOrGuardian notSealed {
        _setFlag(DispatcherStorage.FROZEN, true);

        emit Frozen(msg.sender);
    }

    /// @inheritdoc IManifestDispatcher
    function unfreeze() external onlyOwner notSealed {
        _setFlag(DispatcherStorage.FROZEN, false);

        emit Unfrozen(msg.sender);
    }

    function _pause(address by) private {
        _setFlag(DispatcherStorage.PAUSED, true);
        emit Paused(by);

        _writeStatus();
    }

    function _writeStatus() private {
        DispatcherStorage.Layout storage $ = _store();
        (address manifest, uint8 flags) = ($.manifest, $.flags);
        bytes4[] memory none;
        _control()
            .setStatus(
                manifest,
                flags & DispatcherStorage.STATUS,
                flags & DispatcherStorage.ANY_FORBIDDEN == 0 ? none : $.forbiddenList()
            );
    }
}
