//! Variables and their types, without the compiler's numbers, which change with every compilation.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// A variable, or a member of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The slot it begins in; of a member, from the beginning of its struct.
    pub slot: U256,
    /// The byte it begins at, from the right.
    pub offset: u8,
    /// The name of its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// The contract that declares it; `None` for members of structs, and in files of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
}

impl Field {
    /// Whether it is the same variable for those who read its slot, whichever contract declares it.
    pub fn stands_as(&self, other: &Self) -> bool {
        (&self.name, self.slot, self.offset, &self.ty) == (&other.name, other.slot, other.offset, &other.ty)
    }
}

/// A type, as far as it decides what bytes mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "each variant says it")]
pub enum Type {
    /// An elementary type; its name says the rest.
    Value { bytes: u8 },
    /// The address of a contract.
    Contract { bytes: u8 },
    /// An enumeration; its members, where one declaration alone has its name.
    Enum { bytes: u8, members: Option<Vec<String>> },
    /// A type that the sources name; what it stands for, likewise.
    Alias { bytes: u8, of: Option<String> },
    /// `bytes` or `string`.
    Bytes,
    /// The types of key and value.
    Mapping { key: String, value: String },
    /// The type of an element; how many there are, unless that can change.
    Array { base: String, length: Option<U256>, bytes: U256 },
    /// Its members in order.
    Struct { members: Vec<Field>, bytes: U256 },
}

impl Type {
    /// Bytes that a variable of it takes where it stands.
    pub fn bytes(&self) -> U256 {
        match self {
            Self::Value { bytes }
            | Self::Contract { bytes }
            | Self::Enum { bytes, .. }
            | Self::Alias { bytes, .. } => U256::from(*bytes),
            Self::Bytes | Self::Mapping { .. } => U256::from(32),
            Self::Array { bytes, .. } | Self::Struct { bytes, .. } => *bytes,
        }
    }

    /// Names of the types it is made of.
    pub(super) fn uses(&self) -> Vec<&String> {
        match self {
            Self::Mapping { key, value } => vec![key, value],
            Self::Array { base, .. } => vec![base],
            Self::Struct { members, .. } => members.iter().map(|member| &member.ty).collect(),
            Self::Value { .. }
            | Self::Contract { .. }
            | Self::Enum { .. }
            | Self::Alias { .. }
            | Self::Bytes => vec![],
        }
    }
}
