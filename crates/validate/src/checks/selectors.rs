//! Whether a selector means one function: among facets, and with the router.

use super::{counted, error, judged};
use crate::Subject;
use payrox_model::{Check, Selector, text::escape};
use std::collections::BTreeMap;

/// Two functions of different facets with one selector.
pub(crate) const SHARED: &str = "PRX-VAL-020";
/// A function that the router answers itself.
pub(crate) const RESERVED: &str = "PRX-VAL-021";

/// Each selector belongs to one facet.
pub(crate) fn between_facets(subject: &Subject<'_>) -> Check {
    let mut owners: BTreeMap<Selector, (String, &str)> = BTreeMap::new();
    let mut findings = Vec::new();
    for settings in &subject.project.facets {
        let Ok(contract) = subject.artifacts.get(&settings.contract.to_string()) else { continue };
        let routed = |signature: &str| !settings.exclude.iter().any(|excluded| excluded == signature);
        for function in contract.functions.iter().filter(|f| routed(&f.signature)) {
            let name = escape(&format!("{}.{}", settings.name, function.signature));
            match owners.get(&function.selector) {
                None => {
                    owners.insert(function.selector, (name, settings.name.as_str()));
                }
                Some((other, _)) => findings.push(error(
                    SHARED,
                    &name,
                    format!("selector {} is {other} too", function.selector),
                    "`exclude` one of the two, or rename it",
                )),
            }
        }
    }
    let facets = counted(subject.project.facets.len(), "facet");
    judged("selectors: among facets", format!("{} of {facets}", counted(owners.len(), "selector")), findings)
}

/// No route is a function of the router, which would answer in its place; `supportsInterface` is asked after the router's own ids.
pub(crate) fn with_the_router(subject: &Subject<'_>) -> Check {
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
    judged("selectors: with the router", summary, findings)
}
