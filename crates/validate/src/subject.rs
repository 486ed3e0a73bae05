//! What rules look at. All of it is data.

use crate::{Baseline, GasSnapshot, Phase, Rehearsed};
use alloy_json_abi::Function;
use alloy_primitives::{Address, Bytes};
use payrox_artifacts::{ArtifactSet, Contract, layout::Layouts};
use payrox_config::{Day, Network, Project};
use payrox_model::{Check, Name};
use payrox_plan::{Plan, PlannedRoute, ReleaseCode};
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

impl<'a> Subject<'a> {
    /// The contract of a facet.
    pub(crate) fn contract(&self, facet: &Name) -> Option<&'a Contract> {
        let settings = self.project.facet(facet)?;
        self.artifacts.get(&settings.contract.to_string()).ok()
    }

    /// Each route that calls a facet, with the function of the facet's ABI.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&'a PlannedRoute, &'a Function)> + use<'a, '_> {
        self.plan.routes.iter().filter_map(|route| {
            let contract = self.contract(&route.facet)?;
            let function = contract.abi.functions().find(|f| f.selector() == route.selector.0)?;
            Some((route, function))
        })
    }
}

/// What a compiler, a suite or a chain said, and was handed over.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Checks that ran elsewhere, by the phase they belong to.
    pub ready: BTreeMap<Phase, Vec<Check>>,
    /// The day, in UTC. Where nobody says it no waiver counts.
    pub today: Option<Day>,
    /// The committed snapshot; `None` where there is none.
    pub gas_snapshot: Option<GasSnapshot>,
    /// The rehearsal; `None` where none ran.
    pub rehearsed: Option<Rehearsed>,
    /// Why nobody knows what is deployed, where [`Subject::baseline`] is none for that.
    pub blind: Option<String>,
    /// What the owner is; `None` where nobody looked.
    pub owner: Option<OwnerSeen>,
}

/// An account that owns a system, as the chain shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnerSeen {
    /// The account.
    pub address: Address,
    /// Whether it has code.
    pub is_contract: bool,
    /// Whether its code, and the code that it runs, are those of a Safe: what answers like one may be anything.
    pub is_safe: bool,
    /// How many of its owners must sign; `None` where it does not say.
    pub threshold: Option<u64>,
}
