#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod breaks;
mod error;
mod history;
mod lock;
mod private;
mod reader;
mod record;
mod render;
mod schema;
mod writer;

pub use error::JournalError;
pub use history::{CANCEL, History, Landed, OpenIntent, Unfinished};
pub use lock::RunLock;
pub use record::{Ending, Line, Placed, Record};
pub use render::{ContractInfo, render};
pub use schema::{deployment_schema, line_schema};
pub use writer::{Identity, Journal, kept};
