// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Curve {
    uint160 private constant LOWEST = 4306310044;
    uint160 private constant HIGHEST = 1323088723082965092699839200241785386071853097021;

    error OutOfRange(uint160 root);

    /// A polynomial with 96 bits behind the point, by factors of 13 to 18 bytes.
    function rational(int256 x) internal pure returns (int256 r) {
        unchecked {
            int256 p = x + 0x11fd72c9a04be6385d017c92e4;
            p = ((p * x) >> 96) + 0x039ac51e7d02f86b4411d8937ae6;
            p = ((p * x) >> 96) - 0x07c40b95d1e82f63a8517be0942dc6;
            p = p * x + (0x2be197d05c34fa861e70b9d245a3 << 96);
            int256 q = x - 0x2fb86e013c59d7f4a2860be17d53;
            q = ((q * x) >> 96) + 0x4e12a7d8b6039cf5e1407a82bd96;
            assembly {
                r := sdiv(p, q)
            }
            r = (r * 0x19c3f5077be2d14a68900ebf53c4a78216d5) >> 213;
        }
    }

    /// Powers of a base close to one, as a tick's price is put together.
    function power(uint256 tick) internal pure returns (uint256 ratio) {
        unchecked {
            ratio = tick & 1 != 0 ? 0xfffb023273ab6f1f7abd4cd6a5b28e90 : 0x100000000000000000000000000000000;
            if (tick & 2 != 0) ratio = (ratio * 0xfff60467c9b9dc2d0f8ecb0f7a11e345) >> 128;
            if (tick & 4 != 0) ratio = (ratio * 0xffec0932b2edc15c70fb6f2d8c4e9a17) >> 128;
            if (tick & 8 != 0) ratio = (ratio * 0xffd813f4a5c9e17803d2b6ac5f01e97d) >> 128;
        }
    }

    /// The place of the highest bit, by a table in the bytes of a word.
    function highest(uint256 x) internal pure returns (uint256 r) {
        assembly {
            r := shl(7, lt(0xffffffffffffffffffffffffffffffff, x))
            r := or(r, byte(and(0x1f, shr(shr(r, x), 0x9532c7a1864210d91a36cc6318c6db6d)), 0x07060605060205000602030205040001))
        }
    }

    function bounded(uint160 root) internal pure returns (uint160) {
        if (root < LOWEST || root >= HIGHEST) revert OutOfRange(root);
        return root;
    }
}

contract Facet {
    function rational(int256 x) external pure returns (int256) {
        return Curve.rational(x);
    }

    function power(uint256 tick) external pure returns (uint256) {
        return Curve.power(tick);
    }

    function highest(uint256 x) external pure returns (uint256) {
        return Curve.highest(x);
    }

    function bounded(uint160 root) external pure returns (uint160) {
        return Curve.bounded(root);
    }
}
