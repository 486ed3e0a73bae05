//! The committed snapshot of what calls take.

use crate::RouteGas;
use payrox_model::{Gas, Selector, text::escape, version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `gas-snapshot.json` of a project: by canonical signature, so that people can read a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GasSnapshot {
    /// [`version::GAS_SNAPSHOT`].
    pub version: u32,
    /// What a call of each function takes.
    pub routes: BTreeMap<String, RouteGas>,
}

/// A snapshot that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum SnapshotError {
    #[error("it is no snapshot of gas: {0}")]
    Shape(String),
    #[error("version {found} is unknown; this payrox reads version {known}")]
    Version { found: u32, known: u32 },
}

impl GasSnapshot {
    /// A snapshot of what was measured.
    pub fn new(names: &BTreeMap<Selector, String>, measured: &BTreeMap<Selector, RouteGas>) -> Self {
        let named = |(selector, gas): (&Selector, &RouteGas)| Some((names.get(selector)?.clone(), *gas));
        Self { version: version::GAS_SNAPSHOT, routes: measured.iter().filter_map(named).collect() }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is of another shape or version.
    pub fn read(text: &str) -> Result<Self, SnapshotError> {
        let shape = |e: serde_json::Error| SnapshotError::Shape(escape(&e.to_string()));
        let read: Self = serde_json::from_str(text).map_err(shape)?;
        if read.version != version::GAS_SNAPSHOT {
            return Err(SnapshotError::Version { found: read.version, known: version::GAS_SNAPSHOT });
        }
        Ok(read)
    }

    /// What a function took, where its call ended as this one did.
    pub fn gas(&self, signature: &str, now: &RouteGas) -> Option<Gas> {
        self.routes.get(signature).filter(|before| before.returns == now.returns).map(|route| route.gas)
    }
}
