#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod baseline;
mod checks;
mod evm;
mod gas;
mod phase;
mod rehearsed;
mod render;
mod safe;
mod schema;
mod subject;
mod tables;
mod validation;
mod waivers;

pub use baseline::Baseline;
pub use checks::{
    code::is_initialiser,
    gas::not_measured,
    source::slither,
    storage::{AreaKind, ChangeKind, Release, StorageArea, StorageDifference, Variable, VariableChange},
};
pub use evm::constants;
pub use gas::{GasSnapshot, SnapshotError};
pub use phase::{ParsePhaseError, Phase};
pub use rehearsed::{Part, Rehearsed, RehearsedStep, RouteGas, Strangers};
pub use render::{Reports, render};
pub use safe::is_safe;
pub use schema::{gas_snapshot_schema, validation_schema};
pub use subject::{OwnerSeen, PowersSeen, Seen, Subject, UPDATE};
pub use tables::{GasRow, Size};
pub use validation::{About, AboutPlan, CheckReport, FindingReport, PhaseReport, PhaseRun, Validation};
pub use waivers::{WaiverReport, WaiverState, accepted};

use payrox_model::Report;

/// Runs the rules of these phases, in the order of [`Phase::ALL`] and each once; what was handed over as ready comes before a
/// phase's own rules.
pub fn run(phases: &[Phase], subject: &Subject<'_>) -> Report {
    let mut report = Report::default();
    for phase in Phase::ALL.into_iter().filter(|phase| phases.contains(phase)) {
        report.checks.extend(subject.seen.ready.get(&phase).into_iter().flatten().cloned());
        report.checks.extend(checks::of(phase).map(|check| check(subject)));
    }
    report
}
