//! Why a run does not go on.

use alloy_primitives::{Address, B256, Bytes};
use payrox_model::{ChainId, Code, Epoch, ExitCode, Fault, Gas, PlanId, Root};

/// What the owner of a diamond must do, who is a contract: its call is handed over.
pub const OWNER_ACTS: Code = Code("PRX-EXE-030");

/// A step whose sender has no key here.
pub const NO_KEY: Code = Code("PRX-EXE-008");

/// A proxy that does not point to the router yet, and the call that lets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyElsewhere {
    /// The proxy.
    pub proxy: Address,
    /// What it points to.
    pub now: Address,
    /// What it must point to.
    pub router: Address,
    /// Who can change that.
    pub from: Address,
    /// Callee.
    pub to: Address,
    /// Calldata.
    pub data: Bytes,
}

/// A reason of the tool's own, beside those of endpoint, journal and gates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum Refusal {
    #[error("the plan is for chain {plan}, the network is chain {network}")]
    OtherChain { plan: ChainId, network: ChainId },
    #[error("{step}: the code at {address} is {found}, not the planned {expected}")]
    OtherCode { step: String, address: Address, expected: String, found: String },
    #[error("another plan is pending: {pending}")]
    OtherPlanPending { pending: PlanId },
    #[error("the plan makes epoch {planned}, the chain is at epoch {active}")]
    EpochMoved { planned: Epoch, active: Epoch },
    #[error("the plan's parent is {planned}, the active plan is {active}")]
    OtherParent { planned: PlanId, active: PlanId },
    #[error("{step}: the system is frozen")]
    Frozen { step: String },
    #[error("{step}: the system is sealed")]
    Sealed { step: String },
    #[error("{step} {}", no_key(.who))]
    NoKey { step: String, who: Vec<Address> },
    #[error("the plan may be activated from {eta} on; the chain's time is {now}")]
    TooEarly { eta: u64, now: u64 },
    #[error("the plan could be activated until {until}; the chain's time is {now}")]
    Expired { until: u64, now: u64 },
    #[error("{step} needs what is not there yet: {missing}")]
    Missing { step: String, missing: String },
    #[error(
        "the proxy {} points to {}; before the plan is activated it must point to the router {}: {} sends {} to {}",
        .0.proxy, .0.now, .0.router, .0.from, .0.data, .0.to
    )]
    ProxyElsewhere(Box<ProxyElsewhere>),
    #[error("{step} would revert: {reason}")]
    WouldRevert { step: String, reason: String },
    #[error("{step} reverted in {tx}: {reason}")]
    Reverted { step: String, tx: B256, reason: String },
    #[error("{step} went through, and is not true afterwards: {why}")]
    NotTrue { step: String, why: String },
    #[error("{from} needs {needed} wei and has {has}: {gas} gas at the highest price it may come to")]
    Funds { from: Address, needed: String, has: String, gas: Gas },
    #[error("{count} transactions of {from} wait to be mined since longer than expected")]
    Stuck { from: Address, count: u64 },
    #[error(
        "{from} has {count} transactions waiting, from nonce {nonce} on, of which {tx} is none of this plan"
    )]
    Foreign { from: Address, nonce: u64, count: u64, tx: B256 },
    #[error(
        "{step}: nonce {nonce} of {from} {} by another transaction{}; it is not taken for ours",
        if *.pending { "is claimed" } else { "was used" },
        by.map(|by| format!(", {by}")).unwrap_or_default()
    )]
    Replaced { step: String, from: Address, nonce: u64, by: Option<B256>, pending: bool },
    #[error(
        "{count} transactions of {from}, from nonce {nonce} on, need a gas price of {wanted} wei to go on, and the limit is {limit} wei"
    )]
    TooDear { from: Address, nonce: u64, count: usize, wanted: u128, limit: u128 },
    #[error(
        "{step} takes {estimated} gas on the chain and took {rehearsed} in the dry run: more than {percent} % above"
    )]
    GasJump { step: String, estimated: Gas, rehearsed: Gas, percent: u64 },
    #[error("{step} failed before, in {tx}: {reason}")]
    FailedBefore { step: String, tx: B256, reason: String },
    #[error("the chain does not know {}: the contracts cannot run there", .missing.join(", "))]
    NoOpcodes { missing: Vec<&'static str> },
    #[error("the canonical CREATE2 deployer is not at {address}: {found}")]
    NoDeployer { address: Address, found: String },
    #[error("{step} may take {gas} gas, and a block of this chain has {limit}")]
    BlockTooSmall { step: String, gas: Gas, limit: u64 },
    #[error("the chain makes no block after {block}")]
    NoBlock { block: u64 },
    #[error("{step}: the endpoint's receipt of {tx} is not true: {why}")]
    Untrue { step: String, tx: B256, why: String },
    #[error("stopped on request")]
    Interrupted,
    #[error(
        "{step}: the diamond serves the routes of root {found}, which is no state of the plan: that begins at {planned}"
    )]
    OtherRoutes { step: String, planned: Root, found: Root },
    #[error(
        "{step} is the owner's, and the owner {owner} is a contract: it must make the call that is shown"
    )]
    OwnerActs { step: String, owner: Address },
    #[error("a diamond has no `{command}`")]
    NoSuchSlice { command: &'static str },
    #[error("the facet `{0}` is not in the plan")]
    UnknownFacet(String),
}

fn no_key(who: &[Address]) -> String {
    let who = match who {
        [] => return "may be sent by anyone, and no key was given".into(),
        [one] => one.to_string(),
        many => format!("one of {}", many.iter().map(Address::to_string).collect::<Vec<_>>().join(", ")),
    };
    format!("must be sent by {who}, and there is no key of it here")
}

impl Fault for Refusal {
    fn code(&self) -> Code {
        Code(match self {
            Self::OtherChain { .. } => "PRX-EXE-001",
            Self::OtherCode { .. } => "PRX-EXE-002",
            Self::OtherPlanPending { .. } => "PRX-EXE-003",
            Self::EpochMoved { .. } => "PRX-EXE-004",
            Self::OtherParent { .. } => "PRX-EXE-005",
            Self::Frozen { .. } => "PRX-EXE-006",
            Self::Sealed { .. } => "PRX-EXE-007",
            Self::NoKey { .. } => return NO_KEY,
            Self::TooEarly { .. } => "PRX-EXE-009",
            Self::Expired { .. } => "PRX-EXE-010",
            Self::Missing { .. } => "PRX-EXE-011",
            Self::WouldRevert { .. } => "PRX-EXE-012",
            Self::Reverted { .. } => "PRX-EXE-013",
            Self::NotTrue { .. } => "PRX-EXE-014",
            Self::Funds { .. } => "PRX-EXE-015",
            Self::Stuck { .. } => "PRX-EXE-016",
            Self::Interrupted => "PRX-EXE-017",
            Self::UnknownFacet(_) => "PRX-EXE-018",
            Self::Foreign { .. } => "PRX-EXE-019",
            Self::Replaced { .. } => "PRX-EXE-020",
            Self::TooDear { .. } => "PRX-EXE-021",
            Self::GasJump { .. } => "PRX-EXE-022",
            Self::FailedBefore { .. } => "PRX-EXE-023",
            Self::NoOpcodes { .. } => "PRX-EXE-024",
            Self::NoDeployer { .. } => "PRX-EXE-025",
            Self::ProxyElsewhere(_) => "PRX-FORK-009",
            Self::BlockTooSmall { .. } => "PRX-EXE-026",
            Self::Untrue { .. } => "PRX-EXE-027",
            Self::NoBlock { .. } => "PRX-EXE-028",
            Self::OtherRoutes { .. } => "PRX-EXE-029",
            Self::OwnerActs { .. } => return OWNER_ACTS,
            Self::NoSuchSlice { .. } => "PRX-EXE-031",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::OtherChain { .. } | Self::UnknownFacet(_) | Self::NoSuchSlice { .. } => ExitCode::BadInput,
            // Nobody else is waited for.
            Self::NoKey { who, .. } if who.is_empty() => ExitCode::BadInput,
            Self::NoKey { .. }
            | Self::Stuck { .. }
            | Self::NoBlock { .. }
            | Self::ProxyElsewhere(_)
            | Self::OwnerActs { .. }
            | Self::Interrupted => ExitCode::Waiting,
            Self::WouldRevert { .. } | Self::Reverted { .. } => ExitCode::Reverted,
            Self::NotTrue { .. } => ExitCode::GateFailed,
            Self::Untrue { .. } => ExitCode::Endpoint,
            _ => ExitCode::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::OtherChain { .. } => "make a plan for this network: payrox plan".into(),
            Self::OtherCode { .. } => {
                "build and plan again; if the code there is not yours, look at it before anything else".into()
            }
            Self::OtherPlanPending { .. } => "go on with that plan, or remove it: payrox cancel".into(),
            Self::EpochMoved { .. } | Self::OtherParent { .. } => {
                "the chain has moved on: payrox plan, then payrox plan diff".into()
            }
            Self::OtherRoutes { .. } => {
                "somebody else cut: payrox plan diff shows what differs now, payrox plan plans against it".into()
            }
            Self::OwnerActs { .. } => {
                "hand the call to whoever signs for that contract, then run again: it is recognised on chain".into()
            }
            Self::NoSuchSlice { .. } => "payrox run brings facets and cuts; payrox deploy facets brings them alone".into(),
            Self::Frozen { .. } => "the owner can unfreeze it".into(),
            Self::Sealed { .. } => "the active release is final".into(),
            Self::ProxyElsewhere(_) => {
                "whoever governs the proxy sends that, with the activation in one batch where it is a Safe; then run it again".into()
            }
            Self::NoKey { who, .. } if who.is_empty() => {
                "pass --account, --keystore, --private-key-file, --mnemonic-file, --ledger, --trezor or --aws; without --broadcast what would be sent is shown"
                    .into()
            }
            Self::NoKey { .. } => {
                "send the call with that key, or pass it with --private-key or PRIVATE_KEY, then run again"
                    .into()
            }
            Self::TooEarly { .. } => "run again later, or now with --wait".into(),
            Self::Expired { .. } => "stage it anew: payrox stage".into(),
            Self::Missing { .. } => "payrox run does everything in its order".into(),
            Self::WouldRevert { .. } => {
                "nothing was sent; payrox status shows where the system stands".into()
            }
            Self::Reverted { .. } | Self::NotTrue { .. } => {
                "payrox verify shows what is and what is not".into()
            }
            Self::Funds { from, .. } => format!("fund {from}, then run again"),
            Self::Stuck { from, .. } => {
                format!("run again when they are mined; payrox nonce --address {from} tells what waits")
            }
            Self::Foreign { from, .. } => {
                format!("wait until it is mined, then run again; payrox nonce --address {from} tells what waits")
            }
            Self::Replaced { from, .. } => {
                format!("if that was you, run again: what is missing is sent anew; payrox nonce --address {from} tells more. If it was not you, the key is known to somebody else")
            }
            Self::TooDear { from, .. } => {
                format!("they may still be mined: run again to go on waiting, raise the limit in the network's file, or payrox nonce --address {from} --cancel-stuck")
            }
            Self::GasJump { .. } => {
                "nothing of it was sent: the chain differs from the dry run. Look why, or raise fees.max_gas_jump in the network's file".into()
            }
            Self::FailedBefore { .. } => {
                "find out why, then decide: the same command with --retry-failed sends it again".into()
            }
            Self::NoOpcodes { .. } => "choose a chain with the Cancun upgrade".into(),
            Self::NoDeployer { .. } => {
                "everybody may put it there: the two commands are in docs/operating.md, The CREATE2 deployer".into()
            }
            Self::BlockTooSmall { .. } => "mark rarely called routes as cold, or split the release".into(),
            Self::NoBlock { .. } => "run again when it does: the sequencer or the node may be down".into(),
            Self::Untrue { .. } => "ask another endpoint: --rpc-url; payrox verify shows what is there".into(),
            Self::Interrupted => "run the same command again to go on".into(),
            Self::UnknownFacet(_) => "payrox plan show lists the facets".into(),
        })
    }
}
