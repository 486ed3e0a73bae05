#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod answers;
mod calls;
mod change;
mod compare;
mod document;
mod earlier;
mod erc7730;
mod error;
mod git;
mod html;
mod markdown;
mod recompute;
mod safe;
mod schema;
mod signer;
mod storage;
mod tree;

pub use answers::Answers;
pub use calls::{ShownCall, calls};
pub use change::{FacetChange, OpcodeChange, SourceChange, facet_changes, source_changes};
pub use compare::{Comparison, Row, compare};
pub use document::{Parts, Provenance, Review};
pub use earlier::{at_commit, earlier_layouts};
pub use erc7730::descriptors;
pub use error::ReviewError;
pub use git::Origin;
pub use recompute::{Believed, Made, Outside, Served, Workplace, recompute};
pub use safe::{Safe, SafeTransaction, SafeVersion};
pub use schema::schema;
pub use signer::{Line, RawTransaction, SignerView, WayBack, signer_view};
pub use storage::{Before, StorageReview, storage};
pub use tree::{Checkout, check_out};
