//! Against the deployed release: plain variables, and each namespace.

use super::{compare::Comparison, stored};
use crate::{
    Subject,
    checks::{counted, error, judged, unknown, warning},
};
use payrox_artifacts::layout::{ContractLayout, Field, Layouts, Namespace, Type};
use payrox_model::{Check, text::escape};
use std::collections::{BTreeMap, BTreeSet};

/// A namespace of the deployed release is in no facet.
const GONE: &str = "PRX-VAL-113";
/// A function gives a struct a slot that nobody can compute.
pub(crate) const UNRESOLVED: &str = "PRX-VAL-115";

/// What the deployed release keeps is kept.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "storage: against the deployed release";
    let Some(baseline) = subject.baseline else {
        return match &subject.seen.blind {
            Some(why) => unknown(NAME, why.clone()),
            None => judged(NAME, "nothing is deployed: nothing can be lost", Vec::new()),
        };
    };
    let now = match stored(subject, NAME) {
        Ok(now) => now,
        Err(check) => return check,
    };
    let Some(old) = &baseline.layouts else {
        return unknown(NAME, "nothing says where the deployed release keeps what it keeps");
    };
    let before: Vec<_> = old.contracts.values().collect();
    let after: Vec<_> = now.facets.iter().map(|(_, layout)| *layout).collect();
    let mut comparison = Comparison::new(old, now.layouts);
    let (was, is) = (variables(&before, |c| &c.storage), variables(&after, |c| &c.storage));
    comparison.fields("", &was, &is);
    let mut findings = std::mem::take(&mut comparison.findings);
    let ids = (namespaces(old, &before), namespaces(now.layouts, &after));
    for (place, (id, was)) in &ids.0 {
        let Some((_, is)) = ids.1.get(place) else {
            let evidence = "the deployed release keeps data in this namespace, and no facet knows it";
            let hint = "if it was renamed its data is lost: keep the id. If nobody needs it, accept that in a waiver";
            findings.push(error(GONE, escape(id), evidence, hint));
            continue;
        };
        let mut comparison = Comparison::new(old, now.layouts);
        comparison.fields(&format!("{}.", escape(id)), was, is);
        findings.append(&mut comparison.findings);
    }
    let lost: BTreeSet<_> = before.iter().chain(&after).flat_map(|contract| &contract.unresolved).collect();
    for function in lost {
        let evidence = "it puts a struct at a slot that cannot be computed from the sources: nobody compared what stands there";
        let hint =
            "set the slot to a constant of the same contract; or compare by hand, and say so in a waiver";
        findings.push(warning(UNRESOLVED, escape(function), evidence, hint));
    }
    let summary = format!(
        "{} and {} of the deployed release",
        counted(was.len(), "plain variable"),
        counted(ids.0.len(), "namespace")
    );
    judged(NAME, summary, findings)
}

/// The variables of all facets together, in order of position: they are the router's.
fn variables(contracts: &[&ContractLayout], which: fn(&ContractLayout) -> &Vec<Field>) -> Vec<Field> {
    let mut all: Vec<_> = contracts.iter().flat_map(|contract| which(contract)).cloned().collect();
    all.sort_by(|a, b| (a.slot, a.offset, &a.name, &a.ty).cmp(&(b.slot, b.offset, &b.name, &b.ty)));
    all.dedup();
    all
}

/// Where a namespace stands, or its id where that is not known: two releases may call one place by two names.
fn place(namespace: &Namespace) -> String {
    namespace.place().map_or_else(|| namespace.id.clone(), |slot| format!("{slot:#x}"))
}

/// The id and the members of each namespace of some contracts, by place.
fn namespaces<'a>(
    layouts: &'a Layouts,
    contracts: &[&'a ContractLayout],
) -> BTreeMap<String, (&'a str, &'a [Field])> {
    let named = contracts.iter().flat_map(|contract| layouts.namespaces(contract));
    let members = named.filter_map(|(_, namespace)| match layouts.types.get(&namespace.ty) {
        Some(Type::Struct { members, .. }) => {
            Some((place(namespace), (namespace.id.as_str(), members.as_slice())))
        }
        _ => None,
    });
    members.collect()
}
