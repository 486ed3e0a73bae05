//! Rehearsals of defects, and what is forged where no source can be that wrong.

use payrox_chain::Reasons;
use payrox_execute::{Place, drill};
use payrox_model::{Gas, RouteFlags};
use payrox_plan::{Inverse, Plan};
use payrox_validate::Rehearsed;
use serde::Deserialize;

/// The whole rehearsal, where nothing is yet.
pub(crate) fn rehearse(plan: &Plan) -> Rehearsed {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(drill(plan, Place::Empty, &Reasons::default())).unwrap()
}

/// What is done to a plan after it was made.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Forged {
    /// A bit of one proof is another, in the copy that is judged.
    Proof,
    /// A bit of the root is another, in the copy that is judged.
    Root,
    /// A bit of one proof is another, in the copy that is rehearsed.
    RehearsedProof,
    /// Its list says of a route that a pause leaves it open, and its manifest closes it.
    PauseExempt,
    /// Its way back ends half way.
    WayBack,
}

impl Forged {
    pub(crate) fn before_the_rehearsal(self, plan: &mut Plan) {
        match self {
            Self::RehearsedProof => flip(plan),
            Self::PauseExempt => plan.routes[0].flags = RouteFlags::PAUSE_EXEMPT,
            Self::WayBack => {
                let Inverse::PauseAndFreeze { calls } = &mut plan.inverse else { panic!("no first release") };
                calls.pop().unwrap();
            }
            Self::Proof | Self::Root => {}
        }
    }

    pub(crate) fn after_the_rehearsal(self, plan: &mut Plan) {
        match self {
            Self::Proof | Self::RehearsedProof => flip(plan),
            Self::Root => plan.root.0.0[31] ^= 1,
            Self::PauseExempt | Self::WayBack => {}
        }
    }
}

/// Twice, it is as it was.
fn flip(plan: &mut Plan) {
    plan.proofs.values_mut().find_map(|proof| proof.first_mut()).unwrap().0[31] ^= 1;
}

/// What a rehearsal is made to say: no system is so large, or so wrong, that it says it by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retold {
    /// The step that it is about.
    step: Option<String>,
    /// What that took.
    gas: Option<u64>,
    /// What is other than before after the way back.
    left: Option<String>,
}

impl Retold {
    pub(crate) fn tell(&self, rehearsed: &mut Rehearsed) {
        rehearsed.differences.extend(self.left.clone());
        if let Some(name) = &self.step {
            let step = rehearsed.steps.iter_mut().find(|step| step.name == *name);
            step.unwrap_or_else(|| panic!("no step `{name}`")).gas = self.gas.map(Gas);
        }
    }
}
