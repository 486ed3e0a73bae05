//! Whether storage only grows, and everything in it has one owner.

mod app_storage;
mod compare;
mod difference;
mod kept;
mod namespaces;
mod raw;
mod shared;

#[cfg(test)]
mod tests;

pub(crate) use app_storage::check as app_storage;
pub(crate) use difference::UNRESOLVED;
pub use difference::{
    AreaKind, ChangeKind, Release, StorageArea, StorageDifference, Variable, VariableChange,
};
pub(crate) use kept::{UNKEPT, check as kept};
pub(crate) use namespaces::check as namespaces;
pub(crate) use shared::{plain, transient};

use super::{judged, unknown, warning};
use crate::Subject;
use payrox_artifacts::layout::{ContractLayout, Layouts};
use payrox_model::{Check, Finding, Name};

/// A facet that a diamond keeps, and whose source nobody has: what is in it is not known.
pub(crate) const UNSOURCED: &str = "PRX-VAL-116";

/// The storage of the facets that a plan routes to, and of the init contract, which writes theirs.
struct Stored<'a> {
    layouts: &'a Layouts,
    facets: Vec<(&'a Name, &'a ContractLayout)>,
    init: Option<(&'a Name, &'a ContractLayout)>,
    /// One for each facet of which nothing is known: it is left out of all else.
    unsourced: Vec<Finding>,
}

impl<'a> Stored<'a> {
    fn all(&self) -> impl Iterator<Item = (&'a Name, &'a ContractLayout)> + use<'a, '_> {
        self.facets.iter().copied().chain(self.init)
    }
}

/// Gathers it; where something is not known there is no judgement.
fn stored<'a>(subject: &Subject<'a>, check: &str) -> Result<Stored<'a>, Check> {
    let Some(layouts) = subject.layouts else {
        return Err(unknown(check, "nobody asked the compiler about storage: `payrox build`"));
    };
    let mut facets = Vec::new();
    let mut unsourced = Vec::new();
    for facet in subject.contracts() {
        if subject.is_unsourced(facet.name) {
            unsourced.push(without_source(facet.name));
            continue;
        }
        let compilation = facet.contract.and_then(|contract| contract.compilation.as_ref());
        if compilation.is_some_and(|compilation| compilation.sources_hash.is_none()) {
            let why = format!(
                "the artifact of {} does not say which sources it was compiled from, as those of Hardhat 3 and of builds without \
                 metadata do not; those of `payrox build` and of Foundry do",
                facet.name
            );
            return Err(unknown(check, why));
        }
        let Some(layout) = facet.contract.and_then(|contract| layouts.of(contract)) else {
            let why =
                format!("the layout of {} is of other sources than its code: `payrox build`", facet.name);
            return Err(unknown(check, why));
        };
        facets.push((facet.name, layout));
    }
    let init = subject.init_name().and_then(|_| facets.pop());
    Ok(Stored { layouts, facets, init, unsourced })
}

/// That a facet was not looked at.
pub(crate) fn without_source(facet: &Name) -> Finding {
    let evidence =
        "nobody has its source: where it keeps what, and which addresses are in its code, was not looked at";
    warning(UNSOURCED, facet.as_str(), evidence, "look at it by hand, and say so in a waiver")
}

/// A check of storage, and facets of which nobody knows where they keep what.
#[must_use]
pub fn with_unsourced<'a>(check: Check, facets: impl Iterator<Item = &'a Name>) -> Check {
    let Check { name, summary, mut findings, .. } = check;
    findings.extend(facets.map(without_source));
    judged(&name, summary, findings)
}
