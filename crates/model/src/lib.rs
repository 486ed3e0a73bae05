#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod abi;
mod check;
pub mod diamond;
mod family;
mod fault;
mod flags;
mod ids;
mod manifest;
mod merkle;
mod name;
mod published;
mod snapshot;
mod system;
pub mod text;
pub mod version;

pub use check::{Check, Finding, Report, Severity, Verdict};
pub use diamond::DiamondState;
pub use family::{DataFee, Family, FamilyError, Finality, Traits};
pub use fault::{BoxFault, Code, ExitCode, Fault};
pub use flags::RouteFlags;
pub use ids::{ChainId, CodeHash, Epoch, Gas, ParseIdError, PlanId, Root, Salt, Selector, Wei};
pub use manifest::{FacetEntry, Manifest, ManifestError, RouteEntry, limits};
pub use merkle::{MerkleTree, RouteLeaf};
pub use name::{Name, NameError};
pub use published::is_published;
pub use snapshot::{ActiveState, ChainSnapshot, DispatcherState, PendingState, Pin, RouterState};
pub use system::{Addresses, Roles};
