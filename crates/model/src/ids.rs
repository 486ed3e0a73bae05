//! Newtypes with units: no bare `B256`, `u64` or `U256` crosses a crate boundary.

use alloy_primitives::{B256, U256, keccak256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// Text that is not the hexadecimal form of an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseIdError {
    text: String,
    expected: &'static str,
}

impl ParseIdError {
    fn new(text: &str, expected: &'static str) -> Self {
        Self { text: crate::text::escape(&text.chars().take(80).collect::<String>()), expected }
    }
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub B256);

        impl $name {
            /// All zero: none.
            pub const ZERO: Self = Self(B256::ZERO);
            /// Whether it is all zero.
            pub fn is_zero(&self) -> bool { self.0.is_zero() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{:#x}", self.0) }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let bytes: [u8; 32] = hex(text).ok_or_else(|| ParseIdError::new(text, $expected))?;
                Ok(Self(B256::from(bytes)))
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

/// Lower-case `0x` hexadecimal of exactly `N` bytes; upper case is not canonical and is refused.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let nibble = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

word!(
    /// keccak-256 of runtime code, as EXTCODEHASH gives it (EIP-1052).
    CodeHash, "a code hash (0x and 64 lower-case hex digits)"
);
word!(
    /// A CREATE2 salt (EIP-1014).
    Salt, "a salt (0x and 64 lower-case hex digits)"
);
word!(
    /// EIP-712 hash of an on-chain plan: what a human approves.
    PlanId, "a plan id (0x and 64 lower-case hex digits)"
);
word!(
    /// Merkle root of a manifest's routes.
    Root, "a root (0x and 64 lower-case hex digits)"
);

impl CodeHash {
    /// The hash of this runtime code.
    pub fn of(code: &[u8]) -> Self {
        Self(keccak256(code))
    }
}

/// The first four bytes of keccak-256 of a function's canonical signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selector(pub [u8; 4]);

impl Selector {
    /// The pseudo-selector of the RECEIVE route.
    pub const RECEIVE: Self = Self([0; 4]);

    /// The selector of a canonical signature such as `transfer(address,uint256)`.
    pub fn of(signature: &str) -> Self {
        let hash = keccak256(signature);
        Self([hash[0], hash[1], hash[2], hash[3]])
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(f, "0x{a:02x}{b:02x}{c:02x}{d:02x}")
    }
}

impl FromStr for Selector {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        hex(text)
            .map(Self)
            .ok_or_else(|| ParseIdError::new(text, "a selector (0x and 8 lower-case hex digits)"))
    }
}

impl Serialize for Selector {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    };
}

number!(
    /// Number of activations so far; the first release is epoch 1.
    Epoch(u64)
);
number!(
    /// EIP-155 chain id.
    ChainId(u64)
);
number!(
    /// Units of gas.
    Gas(u64)
);
number!(
    /// 10^-18 of the native currency.
    Wei(U256)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_print_what_they_parse_and_refuse_everything_else() {
        let text = "0xa9059cbb";
        assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        assert_eq!(Selector::of("transfer(address,uint256)").to_string(), text);
        for bad in ["a9059cbb", "0xA9059cbb", "0xa9059cb", "0xa9059cbbb", "0xa9059cbg", "", "0x"] {
            assert!(bad.parse::<Selector>().is_err(), "{bad}");
        }
        let hash = CodeHash::of(b"");
        assert_eq!(hash.to_string().parse::<CodeHash>().unwrap(), hash);
    }
}
