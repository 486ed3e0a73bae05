//! What a plan for a diamond has besides the parts that every plan has.

use crate::{PlannedFacet, PlannedRoute};
use alloy_primitives::Address;
use payrox_model::{DiamondState, Manifest, ManifestError, Name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a plan of version 2 has, and one of version 1 has not.
///
/// `addresses.dispatcher` and `addresses.router` of such a plan are both the diamond, which is its own control plane; `onchain` and
/// `manifest.address` are zero, because nothing is staged. `parent` is the root of what is served before, `planId` the hash of
/// chain, diamond, both roots and the calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiamondPart {
    /// The diamond.
    pub address: Address,
    /// What it served when the plan was made.
    pub before: ServedPart,
    /// What such a diamond has not: all of [`Lack::ALL`].
    pub lacks: Vec<Lack>,
}

impl DiamondPart {
    /// What the diamond served when the plan was made, by the plan's own word: codes by hash and size alone.
    pub fn recorded(&self) -> DiamondState {
        let at: BTreeMap<&Name, Address> = self.before.facets.iter().map(|f| (&f.name, f.address)).collect();
        let routes = self.before.routes.iter().filter_map(|r| Some((r.selector, *at.get(&r.facet)?)));
        let recorded = self.before.facets.iter().map(|f| (f.address, (f.code_hash, f.size)));
        DiamondState { routes: routes.collect(), recorded: recorded.collect(), ..DiamondState::default() }
    }
}

/// What a diamond serves at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServedPart {
    /// Ascending by address. One that no plan made has no init code hash, and no contract where nobody knows its source.
    pub facets: Vec<PlannedFacet>,
    /// Ascending by selector. The signature of a function that nobody knows is its selector.
    pub routes: Vec<PlannedRoute>,
}

impl ServedPart {
    /// In the order of a plan: facets by address, routes by selector.
    pub(crate) fn sorted(mut facets: Vec<PlannedFacet>, mut routes: Vec<PlannedRoute>) -> Self {
        facets.sort_by_key(|facet| facet.address);
        routes.sort_by_key(|route| route.selector);
        Self { facets, routes }
    }

    /// Its table. A facet that a route names and that is not there makes none.
    pub(crate) fn manifest(&self) -> Result<Manifest, ManifestError> {
        let at: BTreeMap<&Name, Address> = self.facets.iter().map(|f| (&f.name, f.address)).collect();
        let address = |name| at.get(name).copied().unwrap_or_default();
        Manifest::build(
            self.facets.iter().map(|f| (f.address, f.code_hash)),
            self.routes.iter().map(|r| (r.selector, address(&r.facet), r.flags)),
        )
    }

    /// The facet at an address.
    pub(crate) fn at(&self, address: Address) -> Option<&PlannedFacet> {
        self.facets.iter().find(|facet| facet.address == address)
    }
}

/// What a system of our own has, and a diamond has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lack {
    /// Nothing is staged.
    Staging,
    /// Nothing is waited for.
    Delay,
    /// There is no number of releases.
    Epochs,
    /// The chain does not compare with what the plan was made against.
    ParentCheck,
    /// Nothing can be paused, forbidden or frozen.
    Stops,
    /// Nobody but the owner can do anything.
    Guardians,
    /// No function takes a lock.
    Locks,
    /// Nobody looks whether a facet's code is still the planned one.
    PinnedCode,
}

impl Lack {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Staging,
        Self::Delay,
        Self::Epochs,
        Self::ParentCheck,
        Self::Stops,
        Self::Guardians,
        Self::Locks,
        Self::PinnedCode,
    ];

    /// For people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Staging => "no staging: a cut is sent and live in the same block",
            Self::Delay => "no delay: users cannot leave before a change",
            Self::Epochs => "no epochs: the chain keeps no list of releases",
            Self::ParentCheck => {
                "no parent on chain: payrox compares the routes before it sends, the diamond itself compares nothing"
            }
            Self::Stops => "no pause, forbid or freeze, unless its own facets have them",
            Self::Guardians => "no guardians or operators: the owner does everything",
            Self::Locks => "no lock: re-entrancy is each facet's own matter",
            Self::PinnedCode => "no pinned code: the diamond does not look whether a facet's code changed",
        }
    }
}
