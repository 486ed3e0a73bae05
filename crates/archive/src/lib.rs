#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod archive;
mod create;
mod drill;
mod error;
mod manifest;
mod name;
mod restore;
mod schema;
mod select;

pub use archive::{Contents, verify};
pub use create::{Created, create};
pub use drill::{Drill, Drilled};
pub use error::BackupError;
pub use manifest::{Entry, Kind, Manifest};
pub use restore::{Trial, restore, try_out};
pub use schema::{drill_schema, schema};
pub use select::{Selected, Wanted, select};

/// Sizes and counts beyond which an archive is refused, and not made.
pub mod limits {
    /// Files in an archive.
    pub const FILES: usize = 20_000;
    /// Bytes of one file: the journal's own limit.
    pub const FILE: u64 = 1 << 28;
    /// Bytes of all files together.
    pub const TOTAL: u64 = 1 << 30;
    /// Bytes of the list of files.
    pub const MANIFEST: u64 = 1 << 23;
    /// Characters of a path, and of one name in it: what Windows and tar take.
    pub const PATH: usize = 240;
    /// Characters of one name.
    pub const NAME: usize = 100;
    /// Folders above a file.
    pub const DEPTH: usize = 32;
}
