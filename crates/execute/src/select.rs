//! Which steps of a plan a command is about: always a slice of the same list, in the same order.

use crate::{Refusal, Selection};
use payrox_plan::{Phase, Plan, PlannedStep};
use std::collections::BTreeSet;

/// The selected steps in the plan's order. A deployment brings what it depends on; staging and activation do not, because
/// they are decisions of their own.
pub(crate) fn select<'a>(plan: &'a Plan, selection: &Selection) -> Result<Vec<&'a PlannedStep>, Refusal> {
    if plan.diamond.is_some() {
        let none = match selection {
            Selection::Dispatcher | Selection::Router | Selection::Stage => Some(selection.command()),
            _ => None,
        };
        if let Some(command) = none {
            return Err(Refusal::NoSuchSlice { command });
        }
    }
    let chosen = |step: &PlannedStep| match selection {
        Selection::All => true,
        Selection::Factory => step.phase == Phase::Factory,
        Selection::Dispatcher => step.phase == Phase::Dispatcher,
        Selection::Router => step.phase == Phase::Router,
        Selection::Facets(names) if names.is_empty() => step.phase == Phase::Facets,
        Selection::Facets(names) => names.iter().any(|name| step.name == facet(name.as_str())),
        Selection::Stage => step.phase == Phase::Stage,
        Selection::Apply => step.phase == Phase::Apply,
    };
    if let Selection::Facets(names) = selection
        && let Some(unknown) = names.iter().find(|name| !plan.facets.iter().any(|f| f.name == **name))
    {
        return Err(Refusal::UnknownFacet(unknown.to_string()));
    }
    let mut names: BTreeSet<&str> =
        plan.steps.iter().filter(|s| chosen(s)).map(|s| s.name.as_str()).collect();
    if !matches!(selection, Selection::Stage | Selection::Apply) {
        // From the last to the first: what a step depends on stands before it.
        for step in plan.steps.iter().rev() {
            if names.contains(step.name.as_str()) {
                names.extend(step.after.iter().map(String::as_str));
            }
        }
    }
    Ok(plan.steps.iter().filter(|step| names.contains(step.name.as_str())).collect())
}

/// The name of a facet's step.
pub(crate) fn facet(name: &str) -> String {
    format!("facet {name}")
}
