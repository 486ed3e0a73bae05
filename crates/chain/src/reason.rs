//! Revert data as words.

use crate::error::foreign;
use alloy_dyn_abi::{DynSolValue, JsonAbiExt};
use alloy_json_abi::{Error, JsonAbi};
use alloy_primitives::hex;
use alloy_sol_types::{Panic, Revert, SolError};
use std::collections::BTreeMap;

/// The custom errors that are known by name.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    errors: BTreeMap<[u8; 4], Error>,
}

impl Reasons {
    /// The errors of these contracts.
    pub fn new<'a>(abis: impl IntoIterator<Item = &'a JsonAbi>) -> Self {
        let mut reasons = Self::default();
        reasons.extend(abis);
        reasons
    }

    /// Takes more contracts in. The first of two errors with one selector stays.
    pub fn extend<'a>(&mut self, abis: impl IntoIterator<Item = &'a JsonAbi>) {
        for error in abis.into_iter().flat_map(JsonAbi::errors) {
            self.errors.entry(error.selector().0).or_insert_with(|| error.clone());
        }
    }

    /// The reason in words: `TooEarly(1700000000, 1699999999)`, or the bytes where nobody knows the error. On one line,
    /// escaped and bounded.
    pub fn decode(&self, data: &[u8]) -> String {
        foreign(&self.words(data))
    }

    fn words(&self, data: &[u8]) -> String {
        if data.is_empty() {
            return "it gave no reason".into();
        }
        if let Ok(revert) = Revert::abi_decode(data) {
            return format!("\"{}\"", revert.reason);
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return panic.to_string();
        }
        let known = data.split_first_chunk::<4>().and_then(|(selector, args)| {
            let error = self.errors.get(selector)?;
            let values = error.abi_decode_input(args).ok()?;
            let values: Vec<_> = values.iter().map(value).collect();
            Some(format!("{}({})", error.name, values.join(", ")))
        });
        known.unwrap_or_else(|| format!("an unknown error {}", hex::encode_prefixed(data)))
    }
}

fn value(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Bool(b) => b.to_string(),
        DynSolValue::Int(i, _) => i.to_string(),
        DynSolValue::Uint(u, _) => u.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(a) => a.to_string(),
        DynSolValue::Bytes(b) => hex::encode_prefixed(b),
        DynSolValue::String(s) => format!("\"{s}\""),
        other => format!("{other:?}"),
    }
}
