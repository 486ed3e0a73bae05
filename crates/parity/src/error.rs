//! What stops a comparison.

use payrox_artifacts::SetError;
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault};
use revm::context_interface::{context::ContextError, journaled_state::JournalLoadError};
use std::error::Error;

/// A comparison that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ParityError {
    /// The state cannot be read.
    #[error("the state cannot be read: {why}")]
    State {
        /// What the database said.
        why: String,
    },
    /// The machine failed.
    #[error("the machine failed: {why}")]
    Machine {
        /// What it said.
        why: String,
    },
    /// An artifact of the plan.
    #[error(transparent)]
    Artifacts(SetError),
    /// A route whose function the artifacts do not have.
    #[error("the plan routes to `{function}` of {facet}, which its artifact does not have")]
    Function {
        /// The facet.
        facet: String,
        /// Its signature.
        function: String,
    },
    /// A step of the plan that does not go through.
    #[error("the plan cannot be tried out: {step}: {why}")]
    Apply {
        /// The step.
        step: String,
        /// Why it failed.
        why: String,
    },
    /// A route that there is not.
    #[error("`{wanted}` is no route of the plan{}", also(.near))]
    Route {
        /// What was asked for.
        wanted: String,
        /// What is called alike.
        near: Vec<String>,
    },
    /// A case of an upgrade, where there is nothing to upgrade.
    #[error("the case holds a release against the one before, and none is live before this plan")]
    NoParent,
    /// A live system that there is nothing to compare with.
    #[error("what is live on `{network}` cannot be compared: {why}")]
    Incomparable {
        /// The network.
        network: String,
        /// Why.
        why: &'static str,
    },
    /// More of a chain elsewhere would have to be read than is.
    #[error("the calls need more than {reads} accounts and slots of {upstream}")]
    Reads {
        /// What was to be read.
        reads: usize,
        /// Where from.
        upstream: String,
    },
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file that is no case.
    #[error("{path} is no case: {why}")]
    Case {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Inputs that the project commits and nobody can read.
    #[error("{path} has no inputs that can be read: {why}")]
    Committed {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A case of another version.
    #[error("{path} is a case of version {found}; this payrox reads version {known}")]
    Version {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
        /// The one that is read.
        known: u32,
    },
}

impl ParityError {
    pub(crate) fn state(error: impl Error) -> Self {
        Self::State { why: payrox_model::text::escape(&error.to_string()) }
    }

    pub(crate) fn machine<E: Error>(error: ContextError<E>) -> Self {
        match error {
            ContextError::Db(error) => Self::state(error),
            ContextError::Custom(why) => Self::Machine { why: payrox_model::text::escape(&why) },
        }
    }

    pub(crate) fn load<E: Error>(error: JournalLoadError<E>) -> Self {
        match error {
            JournalLoadError::DBError(error) => Self::state(error),
            JournalLoadError::ColdLoadSkipped => Self::Machine { why: "a load was skipped".into() },
        }
    }
}

fn also(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; there are {}", near.join(", ")) }
}

impl Fault for ParityError {
    fn code(&self) -> Code {
        match self {
            Self::State { .. } => Code("PRX-PAR-010"),
            Self::Machine { .. } => Code("PRX-PAR-011"),
            Self::Artifacts(error) => error.code(),
            Self::Function { .. } => Code("PRX-PAR-012"),
            Self::Apply { .. } => Code("PRX-PAR-013"),
            Self::Route { .. } => Code("PRX-PAR-014"),
            Self::File(error) => error.code(),
            Self::Case { .. } => Code("PRX-PAR-015"),
            Self::Version { .. } => Code("PRX-PAR-016"),
            Self::NoParent => Code("PRX-PAR-017"),
            Self::Incomparable { .. } => Code("PRX-PAR-018"),
            Self::Reads { .. } => Code("PRX-PAR-019"),
            Self::Committed { .. } => Code("PRX-PAR-020"),
        }
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::State { .. } => ExitCode::Endpoint,
            Self::Reads { .. } => ExitCode::Refused,
            Self::Machine { .. } => ExitCode::Internal,
            Self::Artifacts(error) => error.exit(),
            Self::File(error) => error.exit(),
            Self::Apply { .. } => ExitCode::Reverted,
            Self::Function { .. }
            | Self::Route { .. }
            | Self::NoParent
            | Self::Incomparable { .. }
            | Self::Case { .. }
            | Self::Committed { .. }
            | Self::Version { .. } => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Artifacts(error) => error.subject(),
            Self::Incomparable { network, .. } => Some(network.clone()),
            Self::File(error) => error.subject(),
            Self::Function { function, .. } => Some(function.clone()),
            Self::Apply { step, .. } => Some(step.clone()),
            Self::Route { wanted, .. } => Some(wanted.clone()),
            Self::Case { path, .. } | Self::Committed { path, .. } | Self::Version { path, .. } => {
                Some(path.clone())
            }
            Self::Reads { upstream, .. } => Some(upstream.clone()),
            Self::State { .. } | Self::Machine { .. } | Self::NoParent => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Artifacts(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::State { .. } => {
                Some(
                    "run the same command again; `payrox doctor` looks at the endpoint. Without it, only the same runs, seed and routes can be made again"
                        .into(),
                )
            }
            Self::Machine { .. } => Some("a defect of payrox: please report it with the line above".into()),
            Self::Function { .. } => Some("make the plan again from these artifacts: payrox plan".into()),
            Self::Apply { .. } => Some("`payrox run` without --broadcast says more".into()),
            Self::Route { .. } => Some("`payrox plan show` lists the routes".into()),
            Self::Case { .. } => Some("`payrox parity` writes such files where it finds a mismatch".into()),
            Self::Committed { .. } => {
                Some("restore it from git, or copy inputs anew from .payrox/parity/corpus.json".into())
            }
            Self::NoParent => Some("replay it where the release before is live: --network, --project".into()),
            Self::Incomparable { .. } => {
                Some("put the plan's file back into journal/<chain-id>/plans".into())
            }
            Self::Reads { .. } => Some("fewer at a time: --fuzz-runs, --route; what was read is kept".into()),
            Self::Version { .. } => Some("find the case again with this payrox: payrox parity".into()),
        }
    }
}
