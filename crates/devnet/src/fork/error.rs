//! Why a fork cannot go on.

use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use revm::database_interface::DBErrorMarker;
use std::{path::PathBuf, sync::Arc};

/// Why a fork cannot go on. What it does not know is never taken for zero.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForkError {
    /// The chain elsewhere did not answer, or refused.
    #[error("the fork needs more of {upstream}, which does not say it: {why}")]
    Unanswered {
        /// Its name.
        upstream: String,
        /// What became of the question.
        why: String,
    },
    /// It answered something that cannot be.
    #[error("the fork does not believe {upstream}: {why}")]
    Unbelievable {
        /// Its name.
        upstream: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// More was asked for than a fork holds.
    #[error("the fork holds {limit} {what} and may hold no more")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many.
        limit: usize,
    },
    /// The file of what was read before is none.
    #[error("`{}` is not what was read of a chain: {why}", escape(&path.display().to_string()))]
    Cache {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file was written by another version of the format.
    #[error("`{}` has format version {have}", escape(&path.display().to_string()))]
    Version {
        /// The file.
        path: PathBuf,
        /// The version it has.
        have: u32,
    },
    /// The file cannot be read or written.
    #[error(transparent)]
    File(Arc<FileError>),
}

impl DBErrorMarker for ForkError {}

impl From<FileError> for ForkError {
    fn from(error: FileError) -> Self {
        Self::File(Arc::new(error))
    }
}

impl Fault for ForkError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Unanswered { .. } => "PRX-FORK-001",
            Self::Unbelievable { .. } => "PRX-FORK-002",
            Self::Full { .. } => "PRX-FORK-003",
            Self::Cache { .. } => "PRX-FORK-004",
            Self::Version { .. } => "PRX-FORK-005",
            Self::File(error) => return error.code(),
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Unanswered { .. } | Self::Unbelievable { .. } => ExitCode::Endpoint,
            Self::Full { .. } => ExitCode::Refused,
            Self::Cache { .. } | Self::Version { .. } => ExitCode::BadInput,
            Self::File(error) => error.exit(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unanswered { .. } => Some(
                "an endpoint that keeps this block's state is needed: an archive node, or a newer block"
                    .into(),
            ),
            Self::Unbelievable { .. } => Some("use another endpoint, or several".into()),
            Self::Full { .. } => None,
            Self::Cache { .. } | Self::Version { .. } => {
                Some("delete the file: it is read again from the endpoint".into())
            }
            Self::File(error) => error.hint(),
        }
    }
}
