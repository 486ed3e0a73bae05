//! What can go wrong before or around a command.

use payrox_model::{ChainId, Code, ExitCode, Fault};
use std::fmt;

/// What a command leaves behind that is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It may have sent transactions.
    Sent,
    /// It served a chain.
    Chain,
    /// It sends no transaction.
    Nothing,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sent => "what was sent may still be mined, and is in the journal",
            Self::Chain => "of the chain that it served the last blocks may not be kept",
            Self::Nothing => "it sends no transaction, and what it had started is ended",
        })
    }
}

/// An error of the command line itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliFault {
    /// The arguments cannot be read.
    #[error("{text}")]
    Usage { text: String, hint: Option<String> },
    /// `payrox explain` of what is no code.
    #[error("`{code}` is no error code of payrox, and no word of one")]
    UnknownCode { code: String },
    /// An endpoint without a network.
    #[error("--rpc-url was given, but not which network it is")]
    NoNetwork,
    /// An endpoint for the embedded chain.
    #[error("the network `{network}` is the embedded chain, which has no endpoint")]
    NoEndpointWanted { network: String },
    /// A network without an endpoint.
    #[error("the network `{network}` has no endpoint")]
    NoEndpoint { network: String, variable: Option<String> },
    /// Ctrl-C, or a polite signal.
    #[error("interrupted by {signal}; {left}")]
    Interrupted { signal: &'static str, left: Left },
    /// A folder that holds a project already.
    #[error("{path} exists already")]
    ProjectExists { path: String },
    /// A name off its pattern.
    #[error("{source}")]
    Name { source: payrox_model::NameError },
    /// A command that needs a plan before there is one.
    #[error("there is no plan yet: {path} does not exist")]
    NoPlan { path: String, next: String, named: bool },
    /// A plan that project, network and artifacts do not make.
    #[error("{path} is not the plan that this project makes for `{network}`: {differs} differ")]
    ForeignPlan { path: String, network: String, differs: &'static str },
    /// A command that has no meaning for a diamond.
    #[error("a project for a diamond has no `{command}`")]
    NotForADiamond { command: &'static str },
    /// An endpoint that does not answer, where what it said before would do for those who know that.
    #[error("{why}")]
    OnlyRead { why: String, block: u64, chain_id: ChainId },
    /// `--offline` before anything was read.
    #[error("nothing was read before of {what} {chain}")]
    NothingRead { what: String, chain: String },
    /// The way back of what has none here.
    #[error(
        "`run --inverse` takes back cuts of a diamond; the way back of a system of PayRox is its owner's call"
    )]
    NoInverseRun,
    /// A plan to be taken back that nobody knows to have been carried out.
    #[error("{path} was never run here: nothing shows that `{network}` served what it would bring back")]
    NotRunHere { path: String, network: String, why: String },
    /// A facet that the plan does not have.
    #[error("the plan has no facet `{name}`")]
    UnknownFacet { name: String, known: Vec<String> },
    /// A production network, and whoever sends did not say that it is meant.
    #[error("`{network}` is a production network, and {}", .said.as_ref().map_or("its name was neither typed nor passed".into(), |said| format!("`{said}` is not its name")))]
    NotConfirmed { network: String, said: Option<String> },
    /// A production network, and nobody to call.
    #[error("`{network}` is a production network, and nobody is named who can be reached: {}", .missing.join(", "))]
    NoContacts { network: String, missing: Vec<&'static str> },
    /// The process cannot be set up.
    #[error("cannot start: {what}")]
    Start { what: &'static str, source: std::io::Error },
    /// A defect.
    #[error("payrox failed by a defect of its own: {text}")]
    Internal { text: String },
}

impl Fault for CliFault {
    fn code(&self) -> Code {
        Code(match self {
            Self::Usage { .. } => "PRX-CLI-001",
            Self::UnknownCode { .. } => "PRX-CLI-002",
            Self::NoNetwork => "PRX-CLI-003",
            Self::Interrupted { .. } => "PRX-CLI-004",
            Self::ProjectExists { .. } => "PRX-CLI-005",
            Self::UnknownFacet { .. } => "PRX-CLI-006",
            Self::Start { .. } => "PRX-CLI-007",
            Self::NoEndpointWanted { .. } => "PRX-CLI-008",
            Self::NoEndpoint { .. } => "PRX-CLI-009",
            Self::Name { .. } => "PRX-CLI-010",
            Self::NoPlan { .. } => "PRX-CLI-011",
            Self::ForeignPlan { .. } => "PRX-CLI-012",
            Self::NotForADiamond { .. } => "PRX-CLI-013",
            Self::NoInverseRun => "PRX-CLI-014",
            Self::OnlyRead { .. } => "PRX-CLI-015",
            Self::NothingRead { .. } => "PRX-CLI-016",
            Self::NotRunHere { .. } => "PRX-CLI-020",
            Self::NotConfirmed { .. } => "PRX-CLI-030",
            Self::NoContacts { .. } => "PRX-CLI-031",
            Self::Internal { .. } => "PRX-CLI-070",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Interrupted { .. } => ExitCode::Waiting,
            Self::OnlyRead { .. } | Self::NothingRead { .. } => ExitCode::Endpoint,
            Self::ForeignPlan { .. }
            | Self::NotRunHere { .. }
            | Self::NotConfirmed { .. }
            | Self::NoContacts { .. } => ExitCode::Refused,
            Self::Start { .. } | Self::Internal { .. } => ExitCode::Internal,
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::UnknownCode { code } => Some(code.clone()),
            Self::NoNetwork => Some("--rpc-url".into()),
            Self::NoEndpointWanted { network }
            | Self::NoEndpoint { network, .. }
            | Self::NotConfirmed { network, .. }
            | Self::NoContacts { network, .. } => Some(network.clone()),
            Self::ProjectExists { path }
            | Self::NoPlan { path, .. }
            | Self::ForeignPlan { path, .. }
            | Self::NotRunHere { path, .. } => Some(path.clone()),
            Self::UnknownFacet { name, .. } => Some(name.clone()),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::UnknownCode { .. } => Some("`payrox explain` lists them all; a code looks like PRX-PLAN-001".into()),
            Self::NoNetwork => Some("add --network NAME; networks/NAME.toml says what is expected of it".into()),
            Self::NoEndpointWanted { .. } => Some("leave --rpc-url away, or choose another --network".into()),
            Self::NoEndpoint { variable: Some(variable), .. } => {
                Some(format!("set {variable} to the URL of your node or provider, or add --rpc-url"))
            }
            Self::NoEndpoint { network, .. } => Some(format!("add --rpc-url, or rpc_url to networks/{network}.toml")),
            Self::NotConfirmed { network, .. } => {
                Some(format!("look at the dry run first; then add --confirm-network {network}, or type the name when asked"))
            }
            Self::NoContacts { .. } => {
                Some("fill in technical, security, operations and emergency under [contacts] in payrox.toml; `payrox doctor` tries to reach them".into())
            }
            Self::Interrupted { left: Left::Sent, .. } => Some("`payrox nonce` tells what waits; run the same command again, it goes on from here".into()),
            Self::Interrupted { .. } => Some("run the same command again".into()),
            Self::ProjectExists { .. } => Some("choose another folder; nothing was written".into()),
            Self::UnknownFacet { known, .. } => Some(format!("it has {}", known.join(", "))),
            Self::Name { .. } => Some("pass --name with letters, digits and underscores, no digit first".into()),
            Self::NoPlan { next, named: false, .. } => Some(format!("`{next}` makes it")),
            Self::NoPlan { next, .. } => {
                Some(format!("`{next}` makes it; a relative --plan or PAYROX_PLAN is inside of --project"))
            }
            Self::NotRunHere { why, .. } => Some(format!(
                "{why}; the journal shows no more. Put the journal of its run back; or let payrox.toml say what was there before: `payrox plan` shows the way back"
            )),
            Self::ForeignPlan { .. } => Some("pass the same --config and --network, or make it again: payrox plan; payrox plan diff FILE shows the difference".into()),
            Self::NotForADiamond { .. } => Some("docs/adopt.md says what a diamond has and what it has not".into()),
            Self::OnlyRead { block, chain_id, .. } => Some(format!(
                "try another --rpc-url; or add --offline, which uses what was read of block {block} of chain {chain_id} before, and says so"
            )),
            Self::NothingRead { .. } => Some("run it once with an endpoint; `.payrox/fork/` keeps what that reads, block by block".into()),
            Self::NoInverseRun => Some("`payrox plan show --inverse` shows it".into()),
            Self::Start { .. } => None,
            Self::Internal { .. } => Some("what was sent is recorded: the same command can be run again. Please report it with the line above".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b06_a_second_signal_says_of_what_was_sent_that_it_may_still_be_mined() {
        let cut = |left| CliFault::Interrupted { signal: "SIGINT", left };
        assert!(
            cut(Left::Sent).to_string().ends_with("what was sent may still be mined, and is in the journal")
        );
        assert!(cut(Left::Sent).hint().is_some_and(|hint| hint.contains("payrox nonce")));
        assert!(cut(Left::Nothing).hint().is_some_and(|hint| !hint.contains("nonce")));
    }
}
