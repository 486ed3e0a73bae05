//! What an upgrade does to what is kept: each variable that is other than in the release that is live, and whether that is right.

use crate::Made;
use payrox_artifacts::layout::{ContractLayout, Layouts};
use payrox_config::Day;
use payrox_model::{Check, Verdict, text::escape};
use payrox_plan::Plan;
use payrox_validate::{
    AreaKind, ChangeKind, Release, StorageArea, StorageDifference, Variable, accepted, with_unsourced,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The check's name.
pub(crate) const NAME: &str = "storage";

/// What is known of the release that is live.
#[derive(Clone, Debug)]
pub enum Before {
    /// Its layouts, and who says so.
    Known {
        /// The layouts.
        layouts: Layouts,
        /// Such as `commit 4f0c…`.
        from: String,
    },
    /// Nothing, and why.
    Unknown(String),
}

/// What changes of storage.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum StorageReview {
    /// Nothing is live: nothing can be lost.
    First,
    /// Nobody knows.
    Unknown {
        /// Why.
        why: String,
    },
    /// Both releases side by side.
    Compared {
        /// Who says where the live release keeps what it keeps.
        before: String,
        /// Each part of storage.
        areas: Vec<StorageArea>,
    },
}

/// Compares the storage of the live release with that of the plan, and judges it as `payrox validate` does.
pub fn storage(
    plan: &Plan,
    made: &Made,
    parent: Option<&Plan>,
    before: impl FnOnce() -> Before,
    today: Option<Day>,
) -> (StorageReview, Check) {
    let unknown = |why: String| {
        let check = Check {
            name: NAME.into(),
            verdict: Verdict::Unknown,
            summary: format!("not compared: {why}"),
            findings: Vec::new(),
        };
        (StorageReview::Unknown { why }, check)
    };
    if is_first(plan) {
        let summary = "nothing is live: nothing can be lost".into();
        let check = Check { name: NAME.into(), verdict: Verdict::Pass, summary, findings: Vec::new() };
        return (StorageReview::First, check);
    }
    if !plan.system.proxy.is_zero() && plan.epoch.0 == 1 {
        let why = "the implementation that the proxy had is of no plan: nobody knows what it keeps where";
        return unknown(why.into());
    }
    let (layouts, from) = match before() {
        Before::Known { layouts, from } => (layouts, from),
        Before::Unknown(why) => return unknown(why),
    };
    let now = match &made.layouts {
        Some(Ok(now)) => now,
        Some(Err(why)) => return unknown(format!("of these sources: {why}")),
        None => return unknown("the compiler was not asked".into()),
    };
    // Of what a diamond keeps nobody may have the source.
    let (unsourced, sourced): (Vec<_>, Vec<_>) =
        made.plan.facets.iter().partition(|facet| plan.diamond.is_some() && facet.contract.is_empty());
    let facets: Option<Vec<_>> = sourced.into_iter().map(|facet| layout(made, now, facet)).collect();
    let Some(facets) = facets else {
        return unknown("the compiler said nothing of the storage of a facet".into());
    };
    let names: BTreeMap<_, _> = [Some(&made.plan), parent]
        .into_iter()
        .flatten()
        .flat_map(|plan| &plan.facets)
        .map(|facet| (facet.contract.as_str(), facet.name.to_string()))
        .collect();
    let named = |id: &String| names.get(id.as_str()).cloned().unwrap_or_else(|| escape(id));
    let old = layouts.contracts.iter().map(|(id, layout)| (named(id), layout)).collect();
    let difference = StorageDifference::between(
        &Release { layouts: &layouts, facets: old },
        &Release { layouts: now, facets },
    );
    let names = unsourced.into_iter().map(|facet| &facet.name);
    let check = with_unsourced(difference.check(NAME), names);
    let check = accepted(check, &made.project.policy.waivers, today);
    let areas = difference.areas;
    (StorageReview::Compared { before: from, areas }, check)
}

/// Whether nothing can be live before a plan.
pub(crate) fn is_first(plan: &Plan) -> bool {
    plan.epoch.0 == 1 && plan.diamond.is_none() && plan.system.proxy.is_zero()
}

fn layout<'a>(
    made: &Made,
    now: &'a Layouts,
    facet: &payrox_plan::PlannedFacet,
) -> Option<(String, &'a ContractLayout)> {
    Some((facet.name.to_string(), now.of(made.artifacts.get(&facet.contract).ok()?)?))
}

impl StorageReview {
    /// One line that says what was compared with what.
    pub fn summary(&self) -> String {
        match self {
            Self::First => "Nothing is live: there is nothing that could be lost.".into(),
            Self::Unknown { why } => {
                format!("Unknown: what is kept now was not compared with what is kept then. {why}")
            }
            Self::Compared { before, areas } => {
                let changes: usize = areas.iter().map(|area| area.changes.len()).sum();
                let was: usize = areas.iter().map(|area| area.variables[0]).sum();
                let what = match changes {
                    0 => "every one stands where it stood, as what it was".to_owned(),
                    1 => "1 change".into(),
                    many => format!("{many} changes"),
                };
                format!("{was} variables of the live release, by {before}: {what}.")
            }
        }
    }

    /// Each change for people: what, the facets, the variable, as it was, as it is. Slots of a namespace count from its beginning,
    /// those of a member of a struct from the struct's.
    pub fn rows(&self) -> Vec<[String; 5]> {
        /// More than anybody reads.
        const ROWS: usize = 500;
        let Self::Compared { areas, .. } = self else { return Vec::new() };
        let changes = areas.iter().flat_map(|area| area.changes.iter().map(move |change| (area, change)));
        let mut rows: Vec<_> = changes
            .clone()
            .take(ROWS)
            .map(|(area, change)| {
                let name = |variable: &Variable| format!("{}{}", change.within, variable.label);
                let mut names: Vec<_> = change.old.iter().chain(&change.new).map(name).collect();
                names.dedup();
                [
                    word(change.change).into(),
                    change.facets.iter().cloned().collect::<Vec<_>>().join(", "),
                    format!("{}{}", place(area), names.join(" → ")),
                    change.old.as_ref().map(stands).unwrap_or_default(),
                    change.new.as_ref().map(stands).unwrap_or_default(),
                ]
            })
            .collect();
        let more = changes.count().saturating_sub(ROWS);
        if more > 0 {
            rows.push([
                "…".into(),
                String::new(),
                format!("{more} more: --json has them"),
                String::new(),
                String::new(),
            ]);
        }
        rows
    }
}

fn word(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => "added",
        ChangeKind::Moved => "MOVED",
        ChangeKind::Renamed => "renamed",
        ChangeKind::Retyped => "other type",
        ChangeKind::Removed => "REMOVED",
        ChangeKind::Gap => "gap",
    }
}

fn place(area: &StorageArea) -> String {
    match (area.kind, &area.namespace) {
        (AreaKind::Plain, _) => String::new(),
        (AreaKind::Transient, _) => "transient ".into(),
        (AreaKind::Namespace, id) => format!("{}: ", id.as_deref().unwrap_or_default()),
    }
}

fn stands(variable: &Variable) -> String {
    let byte = if variable.offset == 0 { String::new() } else { format!(", byte {}", variable.offset) };
    format!("slot {}{byte}: {}", variable.slot, variable.ty)
}
