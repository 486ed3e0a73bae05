//! Why a diamond is not adopted.

use alloy_primitives::Address;
use payrox_chain::{ChainError, DiamondError};
use payrox_model::{Code, ExitCode, Fault, ManifestError};

/// What no project can go on from.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum AdoptError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Diamond(#[from] DiamondError),
    #[error(
        "{diamond} is no diamond of EIP-2535: it has no loupe ({loupe}), no events and no storage of one"
    )]
    NoDiamond { diamond: Address, loupe: String },
    #[error(
        "{router} is a router of PayRox, which its dispatcher {dispatcher} governs: it is changed by plans, and by no cut"
    )]
    OfPayRox { router: Address, dispatcher: Address },
    #[error("what the diamond serves is no manifest: {0}")]
    Manifest(ManifestError),
    #[error("block {block} was replaced while it was read")]
    Reorganised { block: u64 },
}

impl Fault for AdoptError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Chain(error) => return error.code(),
            Self::Diamond(error) => return error.code(),
            Self::NoDiamond { .. } => "PRX-ADP-023",
            Self::Manifest(_) => "PRX-ADP-024",
            Self::Reorganised { .. } => "PRX-ADP-025",
            Self::OfPayRox { .. } => "PRX-ADP-026",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Chain(error) => error.exit(),
            Self::Diamond(error) => error.exit(),
            Self::Manifest(_) => ExitCode::Refused,
            Self::Reorganised { .. } => ExitCode::Endpoint,
            _ => ExitCode::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(error) => error.hint(),
            Self::Diamond(error) => error.hint(),
            Self::NoDiamond { .. } => Some(
                "a proxy of another kind is not adopted; for events, pass an endpoint that has logs".into(),
            ),
            Self::OfPayRox { .. } => Some(
                "go on with the project that it was planned from: `payrox status` finds it by itself".into(),
            ),
            Self::Manifest(_) => Some("see docs/adopt.md for what a manifest does not hold".into()),
            Self::Reorganised { .. } => Some("run it again".into()),
        }
    }
}
