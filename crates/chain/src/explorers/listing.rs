//! What an explorer shows of a verified contract.

use alloy_primitives::{Bytes, hex};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How well sources and code match, in the explorer's own judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// To the last byte, with a hash of the sources among them.
    Exact,
    /// The code matches, and nothing in it vouches for comments and names of the sources.
    Partial,
    /// It does not say.
    Unsaid,
}

/// A verified contract as an explorer shows it. What it does not tell is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// How well it matches.
    pub quality: Quality,
    /// The code at the address, as the explorer has it.
    pub code: Option<Bytes>,
    /// Whether the explorer itself says that the code has changed since.
    pub changed: bool,
    /// The contract's name, without its path.
    pub contract: Option<String>,
    /// The compiler's version, without `v`.
    pub compiler: Option<String>,
    /// ABI-encoded constructor arguments.
    pub arguments: Option<Bytes>,
    /// The sources' texts.
    pub sources: Vec<String>,
}

impl Listing {
    /// Nothing is told yet.
    pub(super) fn empty() -> Self {
        Self {
            quality: Quality::Unsaid,
            code: None,
            changed: false,
            contract: None,
            compiler: None,
            arguments: None,
            sources: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct SourceText {
    content: String,
}

/// The texts of `{path: {content}}`, ordered by path.
pub(super) fn contents(sources: &Value) -> Option<Vec<String>> {
    let map: BTreeMap<String, SourceText> = Deserialize::deserialize(sources).ok()?;
    Some(map.into_values().map(|source| source.content).collect())
}

/// Hexadecimal with or without `0x`; nothing where there is none.
pub(super) fn bytes(text: &str) -> Option<Bytes> {
    if text.is_empty() {
        return None;
    }
    hex::decode(text).ok().map(Bytes::from)
}

/// `v0.8.30+commit.73712a01` without its first letter.
pub(super) fn version(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('v');
    (!text.is_empty()).then(|| text.to_owned())
}
