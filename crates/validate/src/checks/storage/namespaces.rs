//! ERC-7201: an id belongs to one struct, and its slot is the one that the annotation says.

use super::{compare::Comparison, stored};
use crate::{
    Subject,
    checks::{counted, error, judged, warning},
};
use alloy_primitives::U256;
use payrox_artifacts::layout::{Namespace, Type};
use payrox_model::{Check, Finding, Name, text::escape};
use std::collections::{BTreeMap, BTreeSet};

/// Two structs have the same id.
const TWICE: &str = "PRX-VAL-110";
/// The code uses another slot than the annotation says.
const SLOT: &str = "PRX-VAL-111";
/// The annotation has a formula that is not ERC-7201's.
const FORMULA: &str = "PRX-VAL-112";
/// No code uses the slot.
const UNUSED: &str = "PRX-VAL-114";

/// Ids and slots of all namespaces of the facets, and of the init contract.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "storage: namespaces";
    let stored = match stored(subject, NAME) {
        Ok(stored) => stored,
        Err(check) => return check,
    };
    let mut users: BTreeMap<&str, (&Namespace, BTreeSet<&Name>)> = BTreeMap::new();
    for (facet, layout) in stored.all() {
        for (name, namespace) in stored.layouts.namespaces(layout) {
            users.entry(name).or_insert_with(|| (namespace, BTreeSet::new())).1.insert(facet);
        }
    }
    let mut findings = stored.unsourced.clone();
    let mut by_id: BTreeMap<String, (&str, &Namespace)> = BTreeMap::new();
    for (name, (namespace, facets)) in &users {
        findings.extend(slot(subject, name, namespace, facets, stored.layouts.types.get(&namespace.ty)));
        // Without an annotation the slot is what it is called.
        let key = namespace.slot.map_or_else(|| namespace.id.clone(), |slot| format!("{slot:#x}"));
        match by_id.get(&key) {
            Some((other, first)) if !Comparison::equal(stored.layouts, &first.ty, &namespace.ty) => {
                findings.push(error(
                    TWICE,
                    escape(&namespace.id),
                    format!("two structs have it: {} and {}", escape(other), escape(name)),
                    "give one of them another id, and the slot that follows from it",
                ));
            }
            Some(_) => {}
            None => drop(by_id.insert(key, (name, namespace))),
        }
    }
    let summary = format!(
        "{} of {}",
        counted(users.len(), "namespaced struct"),
        counted(stored.all().count(), "contract")
    );
    judged(NAME, summary, findings)
}

fn slot(
    subject: &Subject<'_>,
    name: &str,
    namespace: &Namespace,
    facets: &BTreeSet<&Name>,
    ty: Option<&Type>,
) -> Option<Finding> {
    let about = escape(name);
    let Some(slot) = namespace.slot else {
        let evidence =
            format!("the formula `{}` is not erc7201: nobody checks its slot", escape(&namespace.formula));
        return Some(warning(FORMULA, about, evidence, "annotate it as `erc7201:<id>`"));
    };
    if let Some(declared) = namespace.declared {
        let evidence = || {
            format!(
                "the annotation `{}` says slot {slot:#066x}, the code uses {declared:#066x}",
                escape(&namespace.id)
            )
        };
        let hint =
            "write the slot of the annotation; where the struct is deployed, the annotation of the slot";
        return (declared != slot).then(|| error(SLOT, about, evidence(), hint));
    }
    // The sources do not say it in a way that is understood: then the code must.
    let end = slot.saturating_add(ty.map(Type::bytes).unwrap_or_default() / U256::from(32));
    let codes = subject.contracts().filter(|contract| facets.contains(contract.name));
    let used = codes.filter_map(|contract| contract.code).any(|code| pushes(code, slot, end));
    let evidence =
        || format!("no code of {} uses the slot {slot:#066x} of `{}`", list(facets), escape(&namespace.id));
    let hint = "compare the slot that the library uses with its annotation";
    (!used).then(|| error(UNUSED, about, evidence(), hint))
}

/// Whether code holds a constant from the first up to the last.
fn pushes(code: &[u8], first: U256, last: U256) -> bool {
    const PUSH32: u8 = 0x7f;
    let constants = code.windows(33).filter(|window| window[0] == PUSH32);
    constants.map(|window| U256::from_be_slice(&window[1..])).any(|slot| slot >= first && slot <= last)
}

fn list(facets: &BTreeSet<&Name>) -> String {
    facets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
