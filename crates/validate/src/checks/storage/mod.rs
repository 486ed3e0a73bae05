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

use super::unknown;
use crate::Subject;
use payrox_artifacts::layout::{ContractLayout, Layouts};
use payrox_model::{Check, Name};

/// The storage of the facets that a plan routes to, and of the init contract, which writes theirs.
struct Stored<'a> {
    layouts: &'a Layouts,
    facets: Vec<(&'a Name, &'a ContractLayout)>,
    init: Option<(&'a Name, &'a ContractLayout)>,
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
    if let Some(unsourced) = subject.plan.facets.iter().find(|facet| facet.contract.is_empty()) {
        return Err(unknown(check, format!("nobody has the source of {}", unsourced.name)));
    }
    for facet in subject.contracts() {
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
    Ok(Stored { layouts, facets, init })
}
