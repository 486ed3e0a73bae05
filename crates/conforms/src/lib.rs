#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod spoil;
mod words;

pub use spoil::mutations;

use serde_json::Value;

/// Whether a document is what a schema says; if not, the first place where it is not, and why.
///
/// # Errors
/// When it is not, or the schema has a word that is not known here.
pub fn conforms(schema: &Value, document: &Value) -> Result<(), String> {
    words::Checker { root: schema }.check(schema, document, "")
}
