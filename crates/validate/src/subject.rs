//! What rules look at. All of it is data.

use crate::{Baseline, Phase};
use alloy_primitives::Bytes;
use payrox_artifacts::{ArtifactSet, layout::Layouts};
use payrox_config::{Network, Project};
use payrox_model::{Check, Name};
use payrox_plan::{Plan, ReleaseCode};
use std::collections::BTreeMap;

/// Everything a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What is to be live.
    pub project: &'a Project,
    /// Where, and who holds which power there.
    pub network: &'a Network,
    /// The project's contracts.
    pub artifacts: &'a ArtifactSet,
    /// What is judged.
    pub plan: &'a Plan,
    /// PayRox's own contracts, with the selectors that no facet may have.
    pub release: &'a ReleaseCode,
    /// Runtime code of each facet, immutables filled.
    pub code: &'a BTreeMap<Name, Bytes>,
    /// Storage of the facets; `None` where no compiler was asked.
    pub layouts: Option<&'a Layouts>,
    /// What is live; `None` where this is the first release.
    pub baseline: Option<&'a Baseline>,
    /// What was seen elsewhere.
    pub seen: &'a Seen,
}

/// What a compiler, a suite or a chain said, and was handed over.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Checks that ran elsewhere, by the phase they belong to.
    pub ready: BTreeMap<Phase, Vec<Check>>,
}
