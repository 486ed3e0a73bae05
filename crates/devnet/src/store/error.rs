//! Why the file of a chain cannot be used.

use super::{LIMIT, VERSION};
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why the file of a chain cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the chain open.
    #[error("the chain in `{}` is in use by another process", show(.0))]
    Locked(PathBuf),
    /// The file system refuses.
    #[error("cannot {what} `{}`", show(path))]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be read or created.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a chain, or its bytes were changed.
    #[error("`{}` is not a chain: {why} at byte {at}", show(path))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in it.
        at: u64,
        /// What is wrong there.
        why: &'static str,
    },
    /// The file is shorter than it says.
    #[error("`{}` was cut short: it has {have} bytes of {want}", show(path))]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes it has.
        have: u64,
        /// Bytes it should have.
        want: u64,
    },
    /// The file was written by another version of the format.
    #[error("`{}` has format version {have}; this payrox reads {VERSION}", show(path))]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it has.
        have: u32,
    },
    /// The file holds another chain than the one asked for.
    #[error("`{}` holds another chain: {what} {have}, not {want}", show(path))]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the file has.
        have: String,
        /// What was asked for.
        want: String,
    },
    /// The file has reached its limit.
    #[error("`{}` may not grow past {LIMIT} bytes", show(.0))]
    Full(PathBuf),
}

impl Fault for StoreError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Locked(_) => "PRX-DEV-001",
            Self::Io { .. } => "PRX-DEV-002",
            Self::Malformed { .. } => "PRX-DEV-003",
            Self::Truncated { .. } => "PRX-DEV-004",
            Self::Version { .. } => "PRX-DEV-005",
            Self::OtherChain { .. } => "PRX-DEV-006",
            Self::Full(_) => "PRX-DEV-007",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Locked(_) => ExitCode::Waiting,
            Self::Io { .. } | Self::Full(_) => ExitCode::Endpoint,
            Self::File(error) => error.exit(),
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::File(error) => error.subject(),
            Self::Locked(path)
            | Self::Full(path)
            | Self::Io { path, .. }
            | Self::Malformed { path, .. }
            | Self::Truncated { path, .. }
            | Self::Version { path, .. }
            | Self::OtherChain { path, .. } => Some(show(path)),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Locked(_) => "wait for the other command, or stop `payrox devnet`".into(),
            Self::Io { path, .. } => format!("check the permissions of {} and the space left", show(path)),
            Self::Full(path)
            | Self::Malformed { path, .. }
            | Self::Truncated { path, .. }
            | Self::Version { path, .. }
            | Self::OtherChain { path, .. } => {
                format!("move {} away to begin with an empty chain", show(path))
            }
        })
    }
}

fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}
