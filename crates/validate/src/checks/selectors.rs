//! Whether a selector means one function: among facets, and with the router.

use super::{counted, error, judged, not_for_a_diamond};
use crate::Subject;
use payrox_model::{Check, Selector, text::escape};
use std::collections::BTreeMap;

/// Two functions of different facets with one selector.
pub(crate) const SHARED: &str = "PRX-VAL-020";
/// A function that the router answers itself.
pub(crate) const RESERVED: &str = "PRX-VAL-021";

/// Each selector belongs to one facet.
pub(crate) fn between_facets(subject: &Subject<'_>) -> Check {
    let mut owners: BTreeMap<Selector, String> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut meet = |selector: Selector, name: String| match owners.get(&selector) {
        None => drop(owners.insert(selector, name)),
        Some(other) => findings.push(error(
            SHARED,
            name,
            format!("selector {selector} is {other} too"),
            "`exclude` one of the two, or rename it",
        )),
    };
    for settings in &subject.project.facets {
        let Ok(contract) = subject.artifacts.get(&settings.contract.to_string()) else { continue };
        let routed = |signature: &str| !settings.exclude.iter().any(|excluded| excluded == signature);
        for function in contract.functions.iter().filter(|f| routed(&f.signature)) {
            meet(function.selector, escape(&format!("{}.{}", settings.name, function.signature)));
        }
    }
    // What a diamond serves without anybody having its source takes selectors as well.
    for kept in &subject.project.kept {
        for function in &kept.functions {
            let selector = function.parse().unwrap_or_else(|_| Selector::of(function));
            meet(selector, escape(&format!("{}.{function}", kept.name)));
        }
    }
    let facets = counted(subject.project.facets.len() + subject.project.kept.len(), "facet");
    judged("selectors: among facets", format!("{} of {facets}", counted(owners.len(), "selector")), findings)
}

/// No route is a function of the router, which would answer in its place; `supportsInterface` is asked after the router's own ids.
pub(crate) fn with_the_router(subject: &Subject<'_>) -> Check {
    const NAME: &str = "selectors: with the router";
    if subject.is_diamond() {
        return not_for_a_diamond(NAME, "no router answers before its facets");
    }
    let shared = Selector::of("supportsInterface(bytes4)");
    let reserved = &subject.release.reserved;
    let findings = subject.plan.routes.iter().filter(|route| route.selector != shared).filter_map(|route| {
        let own = reserved.get(&route.selector)?;
        Some(error(
            RESERVED,
            escape(&format!("{}.{}", route.facet, route.signature)),
            format!(
                "selector {} is the router's own `{own}`: the facet would never be asked",
                route.selector
            ),
            "add it to the facet's `exclude`",
        ))
    });
    let findings = findings.collect();
    let summary = format!(
        "{} against the router's {}",
        counted(subject.plan.routes.len(), "route"),
        counted(reserved.len(), "function")
    );
    judged(NAME, summary, findings)
}
