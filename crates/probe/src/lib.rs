#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod adopt;
pub mod compiled;
mod history;
mod ready;
mod slither;
pub mod sources;
mod suite;
mod units;
mod verify;

pub use history::{before_active, staged_plan};
pub use ready::{Account, Costs, Estimate, Need, Readiness, Ready, fees, ready};
pub use slither::{SLITHER_FILES, find_slither, run_slither};
pub use suite::{Suite, Tool, files, no_suite, run_suite, suites};
pub use units::{UnitGroup, run_units};
pub use verify::{SILENT, Scope, Verification, route_slot, schema, verify, verify_at};
