//! Reviews that cannot be made. What a review finds is no error: it is in the report.

use alloy_primitives::Address;
use payrox_artifacts::{SetError, build::BuildError};
use payrox_config::ConfigError;
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, PlanId, Root};
use payrox_plan::PlanError;
use std::io;

/// A review that cannot be made. Texts from outside are escaped already.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ReviewError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Artifacts(#[from] SetError),
    #[error(transparent)]
    Build(BuildError),
    #[error("the sources of the commit make no plan: {0}")]
    Plan(Box<PlanError>),
    #[error("git cannot be started")]
    NoGit { source: io::Error },
    #[error("git {verb} failed: {said}")]
    Git { verb: &'static str, said: String },
    #[error("git {verb} {why}")]
    Unbounded { verb: &'static str, why: String },
    #[error("`{text}` is no commit: it needs all 40 (or 64) hexadecimal digits")]
    Commit { text: String },
    #[error("commit {commit} is not in {place}: {said}")]
    NoCommit { commit: String, place: String, said: String },
    #[error("`{text}` is not read: {why}")]
    Place { text: String, why: &'static str },
    #[error("the commit has {what}, more than {limit}")]
    TooMuch { what: &'static str, limit: u64 },
    #[error("the commit has the path `{path}`: {why}")]
    Path { path: String, why: &'static str },
    #[error("commit {commit} has no file {file}")]
    NoProject { commit: String, file: String },
    #[error("{importer}:{line} imports `{unit}`, which the commit does not contain")]
    Dependency { importer: String, line: usize, unit: String },
    #[error("the plan's parent is {wanted}, the plan given as its parent is {found}")]
    OtherParent { wanted: PlanId, found: PlanId },
    #[error("what the sources make is what the parent serves already: there is nothing to approve")]
    NoChanges,
    #[error("{diamond} serves root {found} by {from}; the plan begins where it serves root {planned}")]
    OtherRoutes { diamond: Address, planned: Root, found: Root, from: String },
    #[error("the Safe {what}")]
    Safe { what: String },
}

impl From<BuildError> for ReviewError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Import { unit, importer, line, .. } => Self::Dependency { importer, line, unit },
            error => Self::Build(error),
        }
    }
}

impl Fault for ReviewError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Config(error) => return error.code(),
            Self::Artifacts(error) => return error.code(),
            Self::Build(error) => return error.code(),
            Self::Plan(error) => return error.code(),
            Self::NoGit { .. } => "PRX-REV-001",
            Self::Git { .. } => "PRX-REV-002",
            Self::Unbounded { .. } => "PRX-REV-003",
            Self::Commit { .. } => "PRX-REV-004",
            Self::NoCommit { .. } => "PRX-REV-005",
            Self::Place { .. } => "PRX-REV-006",
            Self::TooMuch { .. } => "PRX-REV-007",
            Self::Path { .. } => "PRX-REV-008",
            Self::NoProject { .. } => "PRX-REV-009",
            Self::Dependency { .. } => "PRX-REV-010",
            Self::OtherParent { .. } => "PRX-REV-011",
            Self::NoChanges => "PRX-REV-012",
            Self::Safe { .. } => "PRX-REV-013",
            Self::OtherRoutes { .. } => "PRX-REV-015",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Plan(error) => error.exit(),
            Self::OtherParent { .. } | Self::NoChanges | Self::OtherRoutes { .. } => ExitCode::Refused,
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::File(error) => error.subject(),
            Self::Config(error) => error.subject(),
            Self::Artifacts(error) => error.subject(),
            Self::Build(error) => error.subject(),
            Self::Plan(error) => error.subject(),
            Self::NoCommit { commit, .. } => Some(commit.clone()),
            Self::Commit { text } | Self::Place { text, .. } => Some(text.clone()),
            Self::Path { path, .. } => Some(path.clone()),
            Self::NoProject { file, .. } => Some(file.clone()),
            Self::Dependency { unit, .. } => Some(unit.clone()),
            Self::NoGit { .. }
            | Self::Git { .. }
            | Self::Unbounded { .. }
            | Self::TooMuch { .. }
            | Self::OtherParent { .. }
            | Self::NoChanges
            | Self::OtherRoutes { .. }
            | Self::Safe { .. } => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Config(error) => error.hint(),
            Self::Artifacts(error) => error.hint(),
            Self::Build(BuildError::NoCompiler { version, .. }) => Some(format!(
                "pass --solc: soljson.js of npm's package solc@{version}, or a native solc {version}"
            )),
            Self::Build(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::NoGit { .. } => Some("install git; nothing else reads a bundle".into()),
            Self::Git { .. } | Self::Unbounded { .. } => None,
            Self::Commit { .. } => Some("a name can be moved: `git rev-parse NAME` tells the hash".into()),
            Self::NoCommit { .. } => {
                Some("make the bundle from it: `git bundle create repo.bundle HEAD`".into())
            }
            Self::Place { .. } => Some("pass a bundle, a folder or an https address".into()),
            Self::TooMuch { .. } | Self::Path { .. } => None,
            Self::NoProject { .. } => Some("say where in the commit the project is: --path DIR".into()),
            Self::Dependency { .. } => {
                Some("pass --modules DIR with the packages as npm installs them; the review lists what it took from there".into())
            }
            Self::OtherParent { .. } => Some("pass the plan that is active: the journal keeps a copy of each".into()),
            Self::NoChanges => Some("check commit, --config and --parent".into()),
            Self::OtherRoutes { .. } => Some(
                "somebody cut since, or the plan is of another diamond: have it made again, and review that one".into(),
            ),
            Self::Safe { .. } => Some("pass --safe ADDRESS --safe-nonce N, and --safe-version 1.3.0 or 1.4.1".into()),
        }
    }
}
