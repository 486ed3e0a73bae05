// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice A guardian that is a contract, with one key, and a few wrong ways to answer.
contract ContractGuardian {
    enum Mode {
        Honest,
        OtherMagic,
        ShortMagic,
        True,
        Reverts,
        Silent
    }

    bytes4 private constant MAGIC = 0x1626ba7e;

    address private immutable KEY;
    Mode private mode;

    constructor(address key) {
        KEY = key;
    }

    function answer(Mode mode_) external {
        mode = mode_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes32) {
        if (mode == Mode.OtherMagic) return bytes4(0xffffffff);
        if (mode == Mode.True) return bytes32(uint256(1));
        if (mode == Mode.ShortMagic) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (mode == Mode.Reverts) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                revert(0, 32)
            }
        }
        if (mode == Mode.Silent) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        bool valid = signature.length == 65
            && ecrecover(hash, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]))
                == KEY;
        return valid ? MAGIC : bytes4(0xffffffff);
    }
}

/// @notice What an account may delegate to: it denies every signature.
contract Delegate {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0xffffffff;
    }
}
