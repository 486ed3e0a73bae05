//! Names of facets, systems and networks: they end up in paths, logs and shells.

use alloy_primitives::Address;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// A name that matches `^[A-Za-z_][A-Za-z0-9_]*$` and has at most 64 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// A name off the pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name `{0}` does not match ^[A-Za-z_][A-Za-z0-9_]*$ within 64 characters")]
pub struct NameError(String);

impl Name {
    /// A name for a facet that nobody named: `Facet_` and its address.
    pub fn facet_at(address: Address) -> Self {
        Self(format!("Facet_{}", alloy_primitives::hex::encode(address)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut bytes = text.bytes();
        let head = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
        if head && text.len() <= 64 && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(crate::text::escape(&text.chars().take(80).collect::<String>())))
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_off_the_pattern_are_refused_with_what_was_given() {
        for good in ["Payments", "_x", "A1_b"] {
            assert_eq!(good.parse::<Name>().unwrap().as_str(), good);
        }
        for bad in ["", "1a", "a-b", "a b", "../x", "a\n", "\u{e9}", &"a".repeat(65)] {
            assert!(bad.parse::<Name>().is_err(), "{bad:?}");
        }
    }
}
