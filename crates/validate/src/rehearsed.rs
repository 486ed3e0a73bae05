//! What a rehearsal saw: data, made by `execute` on an embedded chain.

use payrox_model::{Gas, Root, Selector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A rehearsal of a plan, of what stops a system, and of the way back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rehearsed {
    /// In the order they ran; none follows one that failed, but where it stands by itself.
    pub steps: Vec<RehearsedStep>,
    /// The active root, as the dispatcher says it or a diamond's loupe; `None` where the plan did not become active.
    pub root: Option<Root>,
    /// Whether the dispatcher accepts the proof of each route; empty for a diamond, which has no dispatcher.
    pub proofs: BTreeMap<Selector, bool>,
    /// What a call of each route takes; measured where nothing is stopped.
    pub routes: BTreeMap<Selector, RouteGas>,
    /// The same of each route that was served before the plan; empty where nothing was live.
    #[serde(default)]
    pub deployed: BTreeMap<Selector, RouteGas>,
    /// The system is paused: calls were measured on a copy that is not.
    #[serde(default)]
    pub unpaused: bool,
    /// Of each function that is named like an initialiser, what came of calls of it.
    #[serde(default)]
    pub strangers: BTreeMap<String, Strangers>,
    /// What the way back left other than it was before the plan, one text each.
    pub differences: Vec<String>,
    /// Why the state before and after was not compared, as a clause of its own; `None` where it was.
    pub not_compared: Option<String>,
}

/// What came of calls of a function that is named like an initialiser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Strangers {
    /// How many a stranger made.
    pub calls: usize,
    /// One of them went through, and something was written.
    pub through: bool,
    /// One that came to nothing goes through for somebody else: it is a matter of who calls.
    pub guarded: bool,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RehearsedStep {
    /// The plan's name of the step, or what was exercised: `pause`.
    pub name: String,
    /// What it belongs to.
    pub part: Part,
    /// What it used; `None` where it failed.
    pub gas: Option<Gas>,
    /// Why it is not as it should be.
    pub failure: Option<String>,
}

/// Part of a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// A step of the plan.
    Plan,
    /// Stopping and starting what the plan made live.
    Exercise,
    /// The plan's inverse.
    WayBack,
}

/// What a call of a route takes beyond what any transaction costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RouteGas {
    /// Without the transaction's own 21,000 and its calldata.
    pub gas: Gas,
    /// Whether it returned; a call that refuses its arguments is measured up to its refusal.
    pub returns: bool,
}

impl Rehearsed {
    /// What a call of each route took in the deployed release. One that returned only before or only now says nothing of the
    /// other: it is left out.
    pub fn deployed_gas(&self) -> BTreeMap<Selector, Gas> {
        let alike = |(selector, was): (&Selector, &RouteGas)| {
            let now = self.routes.get(selector)?;
            (now.returns == was.returns).then_some((*selector, was.gas))
        };
        self.deployed.iter().filter_map(alike).collect()
    }

    /// The steps of a part.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &RehearsedStep> {
        self.steps.iter().filter(move |step| step.part == part)
    }
}
