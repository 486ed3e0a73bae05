//! What can go wrong between here and an explorer.

use super::Verifier;
use payrox_model::{Code, ExitCode, Fault};

/// A question to an explorer that was not answered. Texts of servers in it are escaped and bounded, URLs have no path.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ExplorerError {
    #[error("the address of {verifier} `{url}` is no http URL: {why}")]
    Url { verifier: Verifier, url: String, why: String },
    #[error("the API key of {verifier} would go over http in the open to {url}")]
    Open { verifier: Verifier, url: String },
    #[error("{verifier} at {url} does not answer: {why}")]
    Silent { verifier: Verifier, url: String, why: String },
    #[error("{verifier} at {url} answered with something else than asked for: {why}")]
    Answer { verifier: Verifier, url: String, why: String },
    #[error("{verifier} at {url} takes no more requests for now: {why}")]
    Busy { verifier: Verifier, url: String, why: String },
    #[error("{verifier} at {url} refuses the request: {why}")]
    Refused { verifier: Verifier, url: String, why: String },
}

impl ExplorerError {
    /// Whether another question to the same explorer would end the same way.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Answer { .. })
    }
}

impl Fault for ExplorerError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Url { .. } => "PRX-EXP-001",
            Self::Open { .. } => "PRX-EXP-002",
            Self::Silent { .. } => "PRX-EXP-003",
            Self::Answer { .. } => "PRX-EXP-004",
            Self::Busy { .. } => "PRX-EXP-005",
            Self::Refused { .. } => "PRX-EXP-006",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Url { .. } => ExitCode::BadInput,
            Self::Open { .. } => ExitCode::Refused,
            Self::Silent { .. } | Self::Answer { .. } | Self::Busy { .. } | Self::Refused { .. } => {
                ExitCode::Endpoint
            }
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Url { .. } => "such as --verifier-url https://sourcify.dev/server".into(),
            Self::Open { .. } => "use https; over http a key goes to this machine only".into(),
            Self::Silent { .. } | Self::Answer { .. } => {
                "run the same again later; --verifier and --verifier-url choose another".into()
            }
            Self::Busy { .. } => "run the same again later: what was sent is not sent again".into(),
            Self::Refused { verifier: Verifier::Etherscan, .. } => {
                "check ETHERSCAN_API_KEY, and whether Etherscan serves this chain".into()
            }
            Self::Refused { .. } => "check whether it serves this chain".into(),
        })
    }
}
