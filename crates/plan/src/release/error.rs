//! Why there is no release, or why a file is none.

use alloy_primitives::B256;
use payrox_files::FileError;
use payrox_model::{ChainId, Code, ExitCode, Fault, Name, version};

/// A release that cannot be made, or is not read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ReleaseError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("there is no release yet: {file} does not exist")]
    Missing { file: String },
    #[error("{file}:{line}:{column}: no release: {why}")]
    Shape { file: String, line: usize, column: usize, why: String },
    #[error("{file}: version {found} is unknown; this payrox reads version {}", version::RELEASE)]
    Version { file: String, found: u32 },
    #[error("{file}:{line}: not as payrox writes it: a release has one form only")]
    NotCanonical { file: String, line: usize },
    #[error("{file}: its content has digest {computed}, it says {written}")]
    Digest { file: String, written: B256, computed: B256 },
    #[error("{file} does not exist: the release's plan for {network} is missing")]
    NoPlan { network: Name, file: String },
    #[error("the plan for {network} has content hash {found}, the release names {wanted}")]
    OtherPlan { network: Name, wanted: B256, found: B256 },
    #[error("its {field} do not follow from its plans and from the settings as they are now")]
    Inconsistent { field: &'static str },
    #[error("no network is named")]
    NoNetworks,
    #[error("{network} is not a network of the release")]
    Stranger { network: Name },
    #[error("{first} and {second} are one chain, {chain_id}: its journal would be written twice at once")]
    SameChain { chain_id: ChainId, first: Name, second: Name },
    #[error("{} wait for each other", list(.networks))]
    Circle { networks: Vec<Name> },
    #[error("a release has no JSON form: {0}")]
    Encode(#[from] serde_json::Error),
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

impl Fault for ReleaseError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Missing { .. } => "PRX-REL-001",
            Self::Shape { .. } => "PRX-REL-002",
            Self::Version { .. } => "PRX-REL-003",
            Self::NotCanonical { .. } => "PRX-REL-004",
            Self::Digest { .. } => "PRX-REL-005",
            Self::NoPlan { .. } => "PRX-REL-006",
            Self::OtherPlan { .. } => "PRX-REL-007",
            Self::Inconsistent { .. } => "PRX-REL-008",
            Self::NoNetworks => "PRX-REL-009",
            Self::Stranger { .. } => "PRX-REL-010",
            Self::SameChain { .. } => "PRX-REL-011",
            Self::Circle { .. } => "PRX-REL-012",
            Self::Encode(_) => "PRX-REL-013",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::OtherPlan { .. } | Self::Inconsistent { .. } => ExitCode::Refused,
            Self::Encode(_) => ExitCode::Internal,
            _ => ExitCode::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Missing { .. } | Self::NoPlan { .. } => "`payrox release plan` makes it".into(),
            Self::Version { .. } => "use the payrox that wrote it".into(),
            Self::Shape { .. } | Self::NotCanonical { .. } | Self::Digest { .. } => {
                "a release is never edited: make it again with `payrox release plan`".into()
            }
            Self::OtherPlan { .. } => {
                "put the plan back that was released, or make the release again: payrox release plan".into()
            }
            Self::Inconsistent { .. } => {
                "pass the same --release and --config, or make the release again: payrox release plan".into()
            }
            Self::NoNetworks => "pass --networks a,b,c, or write `networks` in release.toml".into(),
            Self::Stranger { .. } => "compare `canary` with `networks`".into(),
            Self::SameChain { .. } => "name one of them, or correct `chain_id` in its file".into(),
            Self::Circle { .. } => "take one of them out of `requires_passed_on`".into(),
            Self::Encode(_) => return None,
        })
    }
}
