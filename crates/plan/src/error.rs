//! Why there is no plan.

use crate::DiamondPlanError;
use alloy_primitives::Address;
use payrox_artifacts::{ArgumentError, CreationError, PolicyError, SetError};
use payrox_model::{ChainId, Code, Epoch, ExitCode, Fault, ManifestError, PlanId, Selector};

/// Inputs that make no plan.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum PlanError {
    #[error(transparent)]
    Artifact(Box<SetError>),
    #[error("facet {facet}: {source}")]
    Creation { facet: String, source: Box<CreationError> },
    #[error("facet {facet}: {source}")]
    Compiler { facet: String, source: Box<PolicyError> },
    #[error("[init]: {0}")]
    Init(Box<ArgumentError>),
    #[error("network {network} has chain id {wanted}, the chain says {found}")]
    WrongChain { network: String, wanted: ChainId, found: ChainId },
    #[error("the dispatcher {dispatcher} governs router {found}, not {wanted}")]
    OtherRouter { dispatcher: Address, wanted: Address, found: Address },
    #[error("the system is sealed: its manifest is final")]
    Sealed,
    #[error("epoch {epoch} is active by plan {plan_id}, and nobody gave that plan")]
    ParentUnknown { epoch: Epoch, plan_id: PlanId },
    #[error("plan {given} was given as the active one; the chain says {active}")]
    ParentMismatch { given: PlanId, active: PlanId },
    #[error("the chain's active manifest cannot be read: {0}")]
    ActiveManifest(ManifestError),
    #[error("`{first}` and `{second}` have the same selector {selector}")]
    Collision { selector: Selector, first: String, second: String },
    #[error(
        "facet {facet}: `{function}` has selector {selector}, which the router itself answers as `{reserved}`"
    )]
    Reserved { facet: String, function: String, selector: Selector, reserved: String },
    #[error("facet {facet}: `{field}` names `{function}`, which it has not{}", also(.near))]
    UnknownFunction { facet: String, field: &'static str, function: String, near: Vec<String> },
    #[error("facet {facet}: `{field}` names `{function}`: {why}")]
    Misuse { facet: String, field: &'static str, function: String, why: &'static str },
    #[error("facets {first} and {second} are the same code with the same arguments")]
    SameCode { first: String, second: String },
    #[error("facets {first} and {second} both say `receive = true`")]
    ReceiveTwice { first: String, second: String },
    #[error("facet {facet} has no function left to route")]
    Empty { facet: String },
    #[error(
        "facet {facet}: its arguments name `{{{{{name}}}}}`; there are {{{{factory}}}}, {{{{router}}}} and {{{{dispatcher}}}}"
    )]
    Placeholder { facet: String, name: String },
    #[error("network {network} has arguments for facet {facet}, which the project has not")]
    StrayArguments { network: String, facet: String },
    #[error("{label}: its constructor fails: {why}")]
    Constructor { label: String, why: String },
    #[error("{label}: its constructor leaves other code than its artifact has")]
    OtherCode { label: String },
    #[error("{label}: its constructor leaves code that no facet may be: {why}")]
    BadCode { label: String, why: String },
    #[error("{role} is {account}, a contract of the system itself")]
    CoreAccount { role: &'static str, account: Address },
    #[error("the system's name `{0}` has more than 32 bytes")]
    LongName(String),
    #[error("[init] belongs to epoch {written}, the plan is for epoch {planned}")]
    InitEpoch { written: u64, planned: u64 },
    #[error("nobody is named who holds a role on the network {0}")]
    NoRoles(String),
    #[error("there is no contract at {0}, where the proxy to be adopted should be")]
    NoProxy(Address),
    #[error("these facets make no manifest: {0}")]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Diamond(#[from] DiamondPlanError),
    #[error("a plan cannot be written: {0}")]
    Encode(#[from] serde_json::Error),
}

fn also(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; it has {}", names.join(", ")) }
}

impl From<SetError> for PlanError {
    fn from(error: SetError) -> Self {
        Self::Artifact(Box::new(error))
    }
}

impl Fault for PlanError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Artifact(error) => return error.code(),
            Self::Creation { source, .. } => return source.code(),
            Self::Compiler { source, .. } => return source.code(),
            Self::Init(error) => return error.code(),
            Self::WrongChain { .. } => "PRX-PLAN-001",
            Self::OtherRouter { .. } => "PRX-PLAN-002",
            Self::Sealed => "PRX-PLAN-003",
            Self::ParentUnknown { .. } => "PRX-PLAN-004",
            Self::ParentMismatch { .. } => "PRX-PLAN-005",
            Self::ActiveManifest(_) => "PRX-PLAN-006",
            Self::Collision { .. } => "PRX-PLAN-007",
            Self::Reserved { .. } => "PRX-PLAN-008",
            Self::UnknownFunction { .. } => "PRX-PLAN-009",
            Self::Misuse { .. } => "PRX-PLAN-010",
            Self::SameCode { .. } => "PRX-PLAN-011",
            Self::ReceiveTwice { .. } => "PRX-PLAN-012",
            Self::Empty { .. } => "PRX-PLAN-013",
            Self::Placeholder { .. } => "PRX-PLAN-014",
            Self::StrayArguments { .. } => "PRX-PLAN-015",
            Self::Constructor { .. } => "PRX-PLAN-016",
            Self::OtherCode { .. } => "PRX-PLAN-017",
            Self::BadCode { .. } => "PRX-PLAN-018",
            Self::CoreAccount { .. } => "PRX-PLAN-019",
            Self::LongName(_) => "PRX-PLAN-020",
            Self::InitEpoch { .. } => "PRX-PLAN-021",
            Self::Manifest(ManifestError::HotRoutes(_) | ManifestError::Exchange { .. }) => "PRX-PLAN-022",
            Self::Manifest(_) => "PRX-PLAN-023",
            Self::Diamond(error) => return error.code(),
            Self::Encode(_) => "PRX-PLAN-024",
            Self::NoRoles(_) => "PRX-PLAN-025",
            Self::NoProxy(_) => "PRX-FORK-008",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Compiler { source, .. } => source.exit(),
            Self::Diamond(error) => error.exit(),
            Self::Sealed => ExitCode::Refused,
            Self::WrongChain { .. } | Self::OtherRouter { .. } => ExitCode::Endpoint,
            Self::Encode(_) => ExitCode::Internal,
            _ => ExitCode::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Artifact(error) => return error.hint(),
            Self::Creation { source, .. } => return source.hint(),
            Self::Compiler { source, .. } => return source.hint(),
            Self::Init(error) => return error.hint(),
            Self::WrongChain { .. } => "compare the endpoint with `chain_id` in the network's file".into(),
            Self::OtherRouter { .. } | Self::ActiveManifest(_) => {
                "compare the endpoints: `payrox verify`".into()
            }
            Self::NoProxy(_) => "compare `proxy` in the network's file; planning it needs an endpoint".into(),
            Self::Sealed => "a sealed system keeps its manifest for ever".into(),
            Self::ParentUnknown { plan_id, .. } => {
                format!(
                    "the event PlanStaged of {plan_id} has it; give the plan's file, or an endpoint with logs"
                )
            }
            Self::ParentMismatch { .. } => "take the plan that was activated last".into(),
            Self::Collision { .. } => "`exclude` one of the two, or rename it".into(),
            Self::Reserved { .. } => "add it to the facet's `exclude`".into(),
            Self::UnknownFunction { .. } => "write the canonical signature, such as `setFee(uint16)`".into(),
            Self::Misuse { field, .. } => format!("take it out of `{field}`"),
            Self::SameCode { .. } => "keep one of them".into(),
            Self::ReceiveTwice { .. } => "one is enough: no facet is called for it".into(),
            Self::Empty { .. } => "shorten its `exclude`, or remove the facet".into(),
            Self::Placeholder { .. } => "write one of these, or the address itself".into(),
            Self::StrayArguments { .. } => "correct [args] in the network's file".into(),
            Self::Constructor { .. } => {
                "look at its arguments: `payrox plan` runs it as the chain would".into()
            }
            Self::OtherCode { .. } | Self::BadCode { .. } => {
                "route only contracts that are what they compile to".into()
            }
            Self::CoreAccount { .. } => "name a person's account or a Safe in the network's file".into(),
            Self::LongName(_) => "shorten it".into(),
            Self::InitEpoch { planned, .. } => {
                format!("remove [init], or write `epoch = {planned}` there if it must run again")
            }
            Self::NoRoles(network) => {
                format!(
                    "write networks/{network}.toml: version = 1, name and extends = \"{network}\", [roles] with owner"
                )
            }
            Self::Manifest(ManifestError::HotRoutes(_) | ManifestError::Exchange { .. }) => {
                "`cold = true` for facets that are rarely called".into()
            }
            Self::Manifest(_) => "see docs/formats.md for the bounds of a manifest".into(),
            Self::Diamond(error) => return error.hint(),
            Self::Encode(_) => return None,
        })
    }
}
