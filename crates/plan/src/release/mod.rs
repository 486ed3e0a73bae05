//! A release: the plans of several networks under one digest.

mod error;
mod parity;
mod read;
mod schema;
mod substance;

pub use error::ReleaseError;
pub use parity::{ArgumentNames, Difference, ParityRow, ParityValue};
pub use read::RELEASE_LIMIT;
pub use schema::release_schema;
pub use substance::substance;

use crate::Plan;
use alloy_primitives::B256;
use payrox_config::ReleaseSettings;
use payrox_model::{ChainId, Epoch, Name, PlanId, Root, version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// `artifacts/release.json`: which plan goes to which network, in which order, and how they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// [`version::RELEASE`].
    pub version: u32,
    /// The system's name.
    pub system: Name,
    /// Ascending by name.
    pub networks: Vec<ReleaseNetwork>,
    /// These first.
    pub canary: BTreeSet<Name>,
    /// Seconds of a canary's own chain time between its activation and the others' beginning.
    pub soak: u64,
    /// Networks on which the release must be live and proved before it is sent to this one; not only of this release.
    pub requires_passed_on: BTreeMap<Name, BTreeSet<Name>>,
    /// Which addresses and roots are equal across the networks, and why one differs.
    pub parity: Vec<ParityRow>,
    /// SHA-256 of the canonical JSON of all the rest, and through the content hashes in it of every byte of every plan.
    pub digest: B256,
}

/// One network's part of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseNetwork {
    /// Its name.
    pub network: Name,
    /// Its chain.
    pub chain_id: ChainId,
    /// The epoch that the plan activates.
    pub epoch: Epoch,
    /// What a human approves.
    pub plan_id: PlanId,
    /// The plan's content hash.
    pub content_hash: B256,
    /// Root of its routes.
    pub root: Root,
    /// [`substance`] of the plan: equal where the same code and functions go live, whatever arguments, roles and delay.
    pub substance: B256,
}

impl Release {
    /// Puts plans together. Their order does not matter.
    ///
    /// # Errors
    /// When there is none, two are for one network or one chain, or the settings name networks that are not there or wait for each
    /// other.
    pub fn assemble(
        plans: &[&Plan],
        settings: &ReleaseSettings,
        arguments: ArgumentNames<'_>,
    ) -> Result<Self, ReleaseError> {
        let mut plans = plans.to_vec();
        plans.sort_by_key(|plan| &plan.network);
        let first = plans.first().ok_or(ReleaseError::NoNetworks)?;
        check_chains(&plans)?;
        let names: BTreeSet<Name> = plans.iter().map(|plan| plan.network.clone()).collect();
        check_order(&names, settings)?;
        let mut release = Self {
            version: version::RELEASE,
            system: first.system.name.clone(),
            networks: plans.iter().map(|plan| ReleaseNetwork::of(plan)).collect(),
            canary: settings.canary.clone(),
            soak: settings.soak,
            requires_passed_on: settings.requires_passed_on.clone(),
            parity: parity::table(&plans, arguments),
            digest: B256::ZERO,
        };
        release.digest = release.compute_digest()?;
        Ok(release)
    }

    /// A network's part.
    pub fn network(&self, name: &Name) -> Option<&ReleaseNetwork> {
        self.networks.iter().find(|part| part.network == *name)
    }

    /// What must have passed before this network: the canaries, and what its policy names.
    pub fn before(&self, name: &Name) -> BTreeSet<Name> {
        let mut before = self.requires_passed_on.get(name).cloned().unwrap_or_default();
        if !self.canary.contains(name) {
            before.extend(self.canary.iter().cloned());
        }
        before
    }

    /// That a plan is the one that the release names for its network.
    ///
    /// # Errors
    /// [`ReleaseError::OtherPlan`] when it is not, [`ReleaseError::Stranger`] when its network is not in the release.
    pub fn admits(&self, plan: &Plan) -> Result<(), ReleaseError> {
        let network = plan.network.clone();
        let part = self.network(&network).ok_or(ReleaseError::Stranger { network: network.clone() })?;
        if *part == ReleaseNetwork::of(plan) {
            return Ok(());
        }
        Err(ReleaseError::OtherPlan { network, wanted: part.content_hash, found: plan.content_hash })
    }
}

impl ReleaseNetwork {
    fn of(plan: &Plan) -> Self {
        Self {
            network: plan.network.clone(),
            chain_id: plan.chain_id,
            epoch: plan.epoch,
            plan_id: plan.plan_id,
            content_hash: plan.content_hash,
            root: plan.root,
            substance: substance(plan),
        }
    }
}

/// Journals and records are kept by chain id: two networks of one chain would be one.
fn check_chains(plans: &[&Plan]) -> Result<(), ReleaseError> {
    let mut chains = BTreeMap::new();
    for plan in plans {
        if let Some(first) = chains.insert(plan.chain_id, plan.network.clone()) {
            let (chain_id, second) = (plan.chain_id, plan.network.clone());
            return Err(ReleaseError::SameChain { chain_id, first, second });
        }
    }
    Ok(())
}

fn check_order(names: &BTreeSet<Name>, settings: &ReleaseSettings) -> Result<(), ReleaseError> {
    if let Some(network) = settings.canary.iter().find(|name| !names.contains(*name)) {
        return Err(ReleaseError::Stranger { network: network.clone() });
    }
    // What is taken away can begin once everything it waits for was; what stays waits for itself in the end.
    let waits = |name: &Name| {
        let own = settings.requires_passed_on.get(name).into_iter().flatten();
        let canary = settings.canary.iter().filter(|_| !settings.canary.contains(name));
        own.chain(canary).cloned().collect::<BTreeSet<_>>()
    };
    let mut left = names.clone();
    while !left.is_empty() {
        let free: Vec<_> = left.iter().filter(|name| waits(name).is_disjoint(&left)).cloned().collect();
        if free.is_empty() {
            return Err(ReleaseError::Circle { networks: left.into_iter().collect() });
        }
        free.iter().for_each(|name| {
            left.remove(name);
        });
    }
    Ok(())
}
