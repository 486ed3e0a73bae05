//! The release that is live, as far as rules compare with it.

use alloy_json_abi::JsonAbi;
use alloy_primitives::Bytes;
use payrox_artifacts::layout::Layouts;
use payrox_model::{Gas, Name, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// The deployed release.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// ABI of each facet.
    pub abi: BTreeMap<Name, JsonAbi>,
    /// Facets that serve routes and of which nothing else is known: nothing can be said about their functions.
    pub unknown: Vec<String>,
    /// Storage of the facets; `None` where nothing kept it.
    pub layouts: Option<Layouts>,
    /// Runtime code of each facet.
    pub code: BTreeMap<Name, Bytes>,
    /// The selectors it serves.
    pub routes: BTreeSet<Selector>,
    /// What a call of each route took; empty where nobody measured.
    pub gas: BTreeMap<Selector, Gas>,
}
