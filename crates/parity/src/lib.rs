#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod call;
mod case;
mod compare;
mod corpus;
mod error;
mod fuzz;
mod generate;
mod names;
mod pair;
mod reading;
mod replay;
mod report;
mod run;
mod schema;
mod state;
mod system;
mod tables;
mod world;

pub use call::Call;
pub use case::{Case, Words};
pub use compare::Aspect;
pub use corpus::{read_committed, read_corpus, write_corpus};
pub use error::ParityError;
pub use fuzz::Options;
pub use replay::{Side, Step, replay};
pub use report::{Comparison, CounterExample, Outcome, Row};
pub use run::{Done, Inputs, Progress, Settle, compare_releases, compare_routes};
pub use schema::{case_schema, corpus_schema};
pub use state::{
    after, before, compare_releases_on, compare_routes_on, empty_chain, is_active, moment_of, replay_on,
};
pub use system::{Route, System};
pub use world::{Change, Ending, Field, Moment};
