//! What rules look at. All of it is data.

use crate::{Baseline, GasSnapshot, Phase, Rehearsed};
use alloy_json_abi::Function;
use alloy_primitives::{Address, Bytes};
use payrox_artifacts::{ArtifactSet, Contract, layout::Layouts};
use payrox_config::{Day, Network, Project};
use payrox_model::{Check, Name, text::escape};
use payrox_plan::{Plan, PlannedRoute, ReleaseCode};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    sync::LazyLock,
};

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
    /// Runtime code of the init contract, immutables filled; `None` where the plan has none.
    pub init: Option<&'a Bytes>,
    /// Storage of the facets; `None` where no compiler was asked.
    pub layouts: Option<&'a Layouts>,
    /// What is live; `None` where this is the first release.
    pub baseline: Option<&'a Baseline>,
    /// What was seen elsewhere.
    pub seen: &'a Seen,
}

/// A contract whose code runs on the router's storage.
pub(crate) struct Judged<'a> {
    /// What it is called here.
    pub(crate) name: &'a Name,
    pub(crate) contract: Option<&'a Contract>,
    pub(crate) code: Option<&'a Bytes>,
}

/// What an init contract may be called here: one more than a plan can have facets.
static INIT: LazyLock<Vec<Name>> = LazyLock::new(|| {
    let others = (1..=255).map(|n| format!("init_{n}"));
    iter::once("init".to_owned()).chain(others).filter_map(|name| name.parse().ok()).collect()
});

impl<'a> Subject<'a> {
    /// The facets, and the init contract.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = Judged<'a>> + use<'a, '_> {
        let facets = self.plan.facets.iter().map(|facet| {
            let (contract, code) = (self.contract(&facet.name), self.code.get(&facet.name));
            Judged { name: &facet.name, contract, code }
        });
        let init = self.plan.init.as_ref().zip(self.init_name()).map(|(init, name)| Judged {
            name,
            contract: self.artifacts.get(&init.contract).ok(),
            code: self.init,
        });
        facets.chain(init)
    }

    /// What the init contract is called here: as no facet is.
    pub(crate) fn init_name(&self) -> Option<&'a Name> {
        let taken = |name: &Name| self.plan.facets.iter().any(|facet| facet.name == *name);
        self.plan.init.as_ref().and_then(|_| INIT.iter().find(|name| !taken(name)))
    }

    /// The contract of a facet.
    pub(crate) fn contract(&self, facet: &Name) -> Option<&'a Contract> {
        let settings = self.project.facet(facet)?;
        self.artifacts.get(&settings.contract.to_string()).ok()
    }

    /// Whether the plan is for a diamond: nothing of PayRox answers in front of its facets.
    pub(crate) fn is_diamond(&self) -> bool {
        self.plan.diamond.is_some()
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

/// What measures gas anew and commits it, without the project and the network.
pub const UPDATE: &str = "validate --phase gas --update-gas-snapshot";

/// What a compiler, a suite or a chain said, and was handed over.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Checks that ran elsewhere, by the phase they belong to.
    pub ready: BTreeMap<Phase, Vec<Check>>,
    /// The day, in UTC. Where nobody says it no waiver counts.
    pub today: Option<Day>,
    /// The command that commits what calls take now, with the project and network that are judged; empty where nobody asked for them.
    pub update: String,
    /// The committed snapshot; `None` where there is none.
    pub gas_snapshot: Option<GasSnapshot>,
    /// The rehearsal; `None` where none ran.
    pub rehearsed: Option<Rehearsed>,
    /// Why nobody knows what is deployed, where [`Subject::baseline`] is none for that.
    pub blind: Option<String>,
    /// What the owner is; `None` where nobody looked.
    pub owner: Option<OwnerSeen>,
    /// Who holds which power over a system that is live; `None` where none is, or nobody looked.
    pub powers: Option<PowersSeen>,
}

impl Seen {
    /// The command that commits what calls take now.
    pub(crate) fn update_snapshot(&self) -> String {
        match self.update.as_str() {
            "" => format!("payrox {UPDATE}"),
            command => escape(command),
        }
    }
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

/// Who holds which power over a live system, as the chain shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowersSeen {
    /// Its owner.
    pub owner: Address,
    /// Who may make himself the owner.
    pub offered: Option<Address>,
    /// Seconds between staging and activation.
    pub delay: u32,
    /// Who can stop it.
    pub guardians: BTreeSet<Address>,
    /// Who can activate.
    pub operators: BTreeSet<Address>,
    /// Why only those are known whom the files name; `None` where the chain said who else was named since.
    pub deaf: Option<String>,
}
