//! No two facets keep plain variables in one place: all of them write the router's storage from slot 0 on, as the init contract
//! does. That one may write a facet's variable, if it knows it as the facet does.

use super::{raw, stored};
use crate::{
    Subject,
    checks::{counted, error, judged, verdict},
};
use alloy_primitives::U256;
use payrox_artifacts::layout::{ContractLayout, Field, Type};
use payrox_config::StorageMode;
use payrox_model::{Check, Name, text::escape};
use std::collections::BTreeSet;

/// Two facets have a variable in one plain slot.
const PLAIN: &str = "PRX-VAL-107";
/// Two facets have a variable in one transient slot.
const TRANSIENT: &str = "PRX-VAL-108";

/// Plain variables.
pub(crate) fn plain(subject: &Subject<'_>) -> Check {
    const NAME: &str = "storage: plain variables";
    if subject.project.policy.storage.value == StorageMode::AppStorage {
        const SHARED: &str = "facets share one struct, as the project says";
        let found = stored(subject, NAME).map(|stored| raw::over(subject, &stored));
        return judged(NAME, SHARED, found.unwrap_or_default());
    }
    let mut check = apart(subject, NAME, PLAIN, |layout| &layout.storage);
    if let Ok(stored) = stored(subject, NAME) {
        check.findings.append(&mut raw::over(subject, &stored));
        check.verdict = verdict(check.findings.iter());
    }
    check
}

/// Transient variables.
pub(crate) fn transient(subject: &Subject<'_>) -> Check {
    apart(subject, "storage: transient variables", TRANSIENT, |layout| &layout.transient)
}

/// Bytes of the router's storage, counted from the first byte of slot 0; how far is cut off at the end of what can be counted.
struct Span<'a> {
    from: U256,
    to: U256,
    facet: &'a Name,
    field: &'a Field,
}

fn apart(
    subject: &Subject<'_>,
    check: &str,
    code: &'static str,
    which: fn(&ContractLayout) -> &Vec<Field>,
) -> Check {
    let stored = match stored(subject, check) {
        Ok(stored) => stored,
        Err(unknown) => return unknown,
    };
    let mut spans: Vec<_> = stored
        .all()
        .flat_map(|(facet, layout)| which(layout).iter().map(move |field| (facet, field)))
        .map(|(facet, field)| {
            let bytes = stored.layouts.types.get(&field.ty).map(Type::bytes).unwrap_or_default();
            let from = field.slot.saturating_mul(U256::from(32)).saturating_add(U256::from(field.offset));
            Span { from, to: from.saturating_add(bytes), facet, field }
        })
        .collect();
    spans.sort_by_key(|span| (span.from, span.facet));
    let mut findings = stored.unsourced.clone();
    let mut pairs = BTreeSet::new();
    let mut open: Vec<&Span<'_>> = Vec::new();
    for span in &spans {
        open.retain(|other| other.to > span.from);
        let is_init = |facet: &Name| stored.init.is_some_and(|(init, _)| init == facet);
        for other in open.iter().filter(|other| other.facet != span.facet) {
            if (is_init(other.facet) || is_init(span.facet)) && other.field.stands_as(span.field) {
                continue;
            }
            let pair = (other.facet.min(span.facet), other.facet.max(span.facet));
            if pairs.insert(pair) {
                findings.push(error(
                    code,
                    format!("{} and {}", pair.0, pair.1),
                    format!(
                        "slot {}: `{}` of {} and `{}` of {}",
                        span.field.slot,
                        escape(&other.field.name),
                        other.facet,
                        escape(&span.field.name),
                        span.facet
                    ),
                    "put the variables of one into a namespace, or share one struct and set [policy] storage = \"app_storage\"",
                ));
            }
        }
        open.push(span);
    }
    let summary =
        format!("{} in {}", counted(spans.len(), "variable"), counted(stored.all().count(), "contract"));
    judged(check, summary, findings)
}
