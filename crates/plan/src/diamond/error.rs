//! Why there is no plan for a diamond.

use alloy_primitives::{Address, B256};
use payrox_model::{Code, ExitCode, Fault, ManifestError, Root};

/// Inputs that make no plan for a diamond.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum DiamondPlanError {
    #[error("the project is for a diamond, and the network {network} names none")]
    NoDiamond { network: String },
    #[error("nobody looked at the diamond")]
    Unseen,
    #[error("facet {facet}: `{field}` says what no diamond has")]
    NoSuchPower { facet: String, field: &'static str },
    #[error("the kept facet {facet} has no address on the network {network}")]
    NoAddress { facet: String, network: String },
    #[error("the kept facet {facet}: there is no code at {address}")]
    NoCode { facet: String, address: Address },
    #[error("the kept facet {facet}: `{function}` is neither a canonical signature nor a selector")]
    NoFunction { facet: String, function: String },
    #[error("`{function}` is the diamond's own function: no cut {what}")]
    Own { function: String, what: &'static str },
    #[error("the plan takes diamondCut away: nothing could be changed after it, and nothing taken back")]
    CutLost,
    #[error(
        "[init] belongs to the routes {}, the diamond serves those of root {live}",
        written.map_or("of no root".to_owned(), |root| format!("of root {root:#x}"))
    )]
    InitParent { written: Option<B256>, live: Root },
    #[error("[init] without a change of routes leaves nothing that would show whether it ran")]
    InitAlone,
    #[error("the diamond's owner is {found}, the network's file says {written}")]
    OtherOwner { written: Address, found: Address },
    #[error("what the diamond serves is no manifest: {0}")]
    Served(ManifestError),
}

impl Fault for DiamondPlanError {
    fn code(&self) -> Code {
        Code(match self {
            Self::NoDiamond { .. } => "PRX-PLAN-050",
            Self::NoSuchPower { .. } => "PRX-PLAN-051",
            Self::NoAddress { .. } => "PRX-PLAN-052",
            Self::NoCode { .. } => "PRX-PLAN-053",
            Self::NoFunction { .. } => "PRX-PLAN-054",
            Self::Own { .. } => "PRX-PLAN-055",
            Self::CutLost => "PRX-PLAN-056",
            Self::InitParent { .. } => "PRX-PLAN-057",
            Self::InitAlone => "PRX-PLAN-058",
            Self::OtherOwner { .. } => "PRX-PLAN-059",
            Self::Served(_) => "PRX-PLAN-060",
            Self::Unseen => "PRX-PLAN-061",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::OtherOwner { .. } | Self::CutLost | Self::Served(_) => ExitCode::Refused,
            Self::Unseen => ExitCode::Internal,
            _ => ExitCode::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoDiamond { network } => {
                format!(
                    "write `diamond = \"0x…\"` into networks/{network}.toml, or let `payrox adopt` write both files"
                )
            }
            Self::NoSuchPower { field, .. } => format!("take `{field}` out: only a router of PayRox has it"),
            Self::NoAddress { facet, network } => {
                format!("write `{facet} = \"0x…\"` into [live] of networks/{network}.toml")
            }
            Self::NoCode { .. } => "take the facet out, or correct its address".into(),
            Self::NoFunction { .. } => "write it as `setFee(uint16)` or as `0x12345678`".into(),
            Self::Own { .. } => "leave it as it is: it is part of the diamond's code".into(),
            Self::CutLost => "keep the facet that has diamondCut".into(),
            Self::InitParent { live, .. } => {
                format!("remove [init] if it ran, or write `parent = \"{live}\"` there if it must run now")
            }
            Self::InitAlone => "change a route with it, or call it by yourself".into(),
            Self::OtherOwner { .. } => {
                "correct [roles] owner in the network's file, once you know why it differs".into()
            }
            Self::Served(_) => "see docs/adopt.md for what a manifest does not hold".into(),
            Self::Unseen => return None,
        })
    }
}
