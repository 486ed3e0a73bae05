#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod address;
mod cost;
mod diamond;
mod diff;
mod document;
mod eip712;
mod error;
mod facet;
mod flags;
mod floor;
mod inputs;
mod lower;
mod planner;
mod read;
mod release;
mod schema;
mod standing;
mod steps;
mod verify;

pub use diamond::{DiamondPart, DiamondPlanError, Lack, ServedPart, diamond, diamond_schema, standing_id};
pub use diff::{Names, Table, TableRow, diff};
pub use document::*;
pub use eip712::plan_id;
pub use error::PlanError;
pub use inputs::{Constructor, Creation, Inputs, Parent, ReleaseCode};
pub use lower::{Backend, Eip2535, Lower, PayRox, Transition};
pub use planner::{PlanOutcome, addresses, plan};
pub use read::{LIMIT, ReadError};
pub use release::{
    ArgumentNames, Difference, ParityRow, ParityValue, RELEASE_LIMIT, Release, ReleaseError, ReleaseNetwork,
    release_schema, substance,
};
pub use schema::{change as change_schema, schema};
pub use standing::{Standing, StandingError};
