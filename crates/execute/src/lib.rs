#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod after;
mod books;
mod cancel;
mod drill;
mod ending;
mod engine;
mod event;
mod finality;
mod flight;
mod forked;
pub mod gates;
mod landing;
mod nonce;
mod pending;
mod preflight;
mod record;
mod recover;
mod refusal;
mod rehearse;
pub mod release;
pub mod replay;
mod result;
mod roles;
mod sandbox;
mod schema;
mod select;
mod session;
mod truth;
mod unsigned;
mod wait;
mod wave;

pub use after::Violation;
pub use cancel::cancel;
pub use drill::{Done, Place, WholeRehearsal, drill, rehearse_whole};
pub use engine::run;
pub use event::{Event, Observer, Silent};
pub use gates::{Cleared, GateError, NotCleared};
pub use nonce::{Accounts, NonceEntry, NonceReport, NonceState, Remedy};
pub use payrox_journal::ContractInfo;
pub use refusal::Refusal;
pub use rehearse::Rehearsal;
pub use result::{Cost, Outcome, PlannedCall, RunResult, StepOutcome, StepResult, Stopped};
pub use sandbox::Sandbox;
pub use schema::schema;
pub use session::{FinalityPolicy, GAS_JUMP, Selection, Session, Stop, Target};
