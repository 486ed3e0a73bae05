//! What can go wrong between here and a chain.

use crate::Secrets;
use alloy_primitives::{Address, B256, Bytes};
use alloy_transport::{RpcError, TransportError};
use payrox_model::{ChainId, Code, ExitCode, Fault, text::escape};

/// A question to a chain that was not answered, or a transaction that was not made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ChainError {
    #[error("the endpoint `{url}` is no http URL: {why}")]
    Url { url: String, why: String },
    #[error("the certificate of {endpoint} is not trusted: {why}")]
    Untrusted { endpoint: String, why: String },
    #[error("{endpoint} does not answer {method}: {why}")]
    Unreachable { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} answered {method} with something else than asked for: {why}")]
    Answer { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} refused {method}: {text} ({code})")]
    Server { endpoint: String, method: &'static str, code: i64, text: String },
    #[error("{endpoint} does not answer {method} now: {why}")]
    Busy { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} does not answer {method} at all: {why}")]
    Denied { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} answered {method} with more than is taken: {why}")]
    TooLarge { endpoint: String, method: &'static str, why: String },
    #[error("endpoints disagree on {method}: {}", who_said_what(said))]
    Disagree { method: &'static str, said: Vec<(String, String)> },
    #[error("{have} of the {quorum} endpoints that must agree answer {method}{}", whys(silent))]
    NoQuorum { method: &'static str, have: usize, quorum: usize, silent: Vec<String> },
    #[error("endpoints are too far apart: {}", heads(said))]
    Apart { said: Vec<(String, u64)> },
    #[error("{quorum} endpoints cannot agree where there are {many}")]
    Quorum { quorum: usize, many: usize },
    #[error("stopped while waiting for {endpoint}")]
    Interrupted { endpoint: String },
    #[error("the call to {to} reverts: {text}")]
    Reverted { to: Address, text: String, data: Bytes },
    #[error("{endpoint} is chain {found}, not {expected}")]
    WrongChain { endpoint: String, expected: ChainId, found: ChainId },
    #[error("{endpoint} is another chain: its block {number} is {}, not {expected}", found.map_or("missing".into(), |hash| hash.to_string()))]
    WrongBlock { endpoint: String, number: u64, expected: B256, found: Option<B256> },
    #[error("there is no key of {0}")]
    NoKey(Address),
    #[error("the key from {origin} is no secp256k1 key in hexadecimal")]
    BadKey { origin: String },
    #[error("a gas price of {wanted} wei is above the limit of {limit} wei")]
    FeeCap { wanted: u128, limit: u128 },
    #[error("the transaction of {from} could not be signed")]
    Sign { from: Address, source: alloy_signer::Error },
    #[error(transparent)]
    Key(#[from] crate::KeyError),
}

/// Texts of servers are cut to this many characters: they end up on a terminal and in the journal.
const TEXT: usize = 400;

fn who_said_what(said: &[(String, String)]) -> String {
    said.iter().map(|(who, what)| format!("{who} says {what}")).collect::<Vec<_>>().join("; ")
}

fn heads(said: &[(String, u64)]) -> String {
    said.iter().map(|(who, head)| format!("{who} is at block {head}")).collect::<Vec<_>>().join("; ")
}

fn whys(silent: &[String]) -> String {
    silent.iter().map(|why| format!("; {why}")).collect()
}

/// Text of a server: without what is secret, escaped and bounded.
pub(crate) fn foreign(text: &str) -> String {
    let text = Secrets::of_this_process().redact(text);
    let mut out = escape(&text.chars().take(TEXT).collect::<String>());
    if text.chars().nth(TEXT).is_some() {
        out.push('…');
    }
    out
}

impl ChainError {
    pub(crate) fn of(endpoint: &str, method: &'static str, error: &TransportError) -> Self {
        let endpoint = endpoint.to_owned();
        match error {
            RpcError::ErrorResp(payload) => {
                Self::Server { endpoint, method, code: payload.code, text: foreign(&payload.message) }
            }
            RpcError::DeserError { err, .. } => {
                Self::Answer { endpoint, method, why: foreign(&err.to_string()) }
            }
            RpcError::NullResp => Self::Answer { endpoint, method, why: "null".into() },
            RpcError::SerError(err) => Self::Answer { endpoint, method, why: foreign(&err.to_string()) },
            other => Self::Unreachable { endpoint, method, why: foreign(&chain_of_causes(other)) },
        }
    }

    /// The revert data of a call, where this is a revert.
    pub fn revert_data(&self) -> Option<&Bytes> {
        match self {
            Self::Reverted { data, .. } => Some(data),
            _ => None,
        }
    }
}

/// The last cause says what happened (`Connection refused`), the first only that something did. URLs are left out:
/// keys of endpoints are part of them.
fn chain_of_causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    match text.find("http") {
        Some(at) if text[at..].contains("://") => text[..at].trim_end_matches([' ', '(']).to_owned(),
        _ => text,
    }
}

impl Fault for ChainError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Url { .. } => "PRX-CHN-001",
            Self::Untrusted { .. } => "PRX-CHN-002",
            Self::Unreachable { .. } => "PRX-CHN-003",
            Self::Answer { .. } => "PRX-CHN-004",
            Self::Server { .. } => "PRX-CHN-005",
            Self::Reverted { .. } => "PRX-CHN-006",
            Self::WrongChain { .. } | Self::WrongBlock { .. } => "PRX-CHN-007",
            Self::NoKey(_) => "PRX-CHN-008",
            Self::BadKey { .. } => "PRX-CHN-009",
            Self::FeeCap { .. } => "PRX-CHN-010",
            Self::Sign { .. } => "PRX-CHN-011",
            Self::Key(error) => return error.code(),
            Self::Busy { .. } => "PRX-CHN-040",
            Self::Denied { .. } => "PRX-CHN-041",
            Self::TooLarge { .. } => "PRX-CHN-042",
            Self::Disagree { .. } => "PRX-CHN-043",
            Self::NoQuorum { .. } => "PRX-CHN-044",
            Self::Apart { .. } => "PRX-CHN-045",
            Self::Quorum { .. } => "PRX-CHN-046",
            Self::Interrupted { .. } => "PRX-CHN-048",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Url { .. }
            | Self::Quorum { .. }
            | Self::BadKey { .. }
            | Self::WrongChain { .. }
            | Self::WrongBlock { .. } => ExitCode::BadInput,
            Self::Unreachable { .. }
            | Self::Answer { .. }
            | Self::Server { .. }
            | Self::Untrusted { .. }
            | Self::Busy { .. }
            | Self::Denied { .. }
            | Self::TooLarge { .. }
            | Self::Disagree { .. }
            | Self::NoQuorum { .. }
            | Self::Apart { .. } => ExitCode::Endpoint,
            Self::Interrupted { .. } => ExitCode::Waiting,
            Self::Reverted { .. } => ExitCode::Reverted,
            Self::NoKey(_) | Self::FeeCap { .. } => ExitCode::Refused,
            Self::Sign { .. } => ExitCode::Internal,
            Self::Key(error) => error.exit(),
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Key(error) => error.subject(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Key(error) => error.hint(),
            Self::Url { .. } => Some("such as --rpc-url http://127.0.0.1:8545".into()),
            Self::Untrusted { .. } => Some("check the host's name; a certificate authority of your own goes into the file that SSL_CERT_FILE names".into()),
            Self::Busy { .. } => Some("run again later, lower requests_per_second in the network's file, or add another rpc_url".into()),
            Self::Denied { .. } => Some("check the URL and the access key in it".into()),
            Self::TooLarge { .. } => Some("use another endpoint".into()),
            Self::Disagree { .. } => Some("find out which one is right before anything else is done: payrox doctor asks each by itself".into()),
            Self::NoQuorum { .. } => Some("add another rpc_url, or lower quorum in the network's file".into()),
            Self::Apart { .. } => Some("wait until they have caught up, or leave away the one that does not".into()),
            Self::Quorum { .. } => Some("add another rpc_url, or lower quorum in the network's file".into()),
            Self::Interrupted { .. } => Some("run the same command again, it goes on from here".into()),
            Self::Unreachable { .. } => Some("check --rpc-url and whether the node runs".into()),
            Self::WrongChain { .. } | Self::WrongBlock { .. } => {
                Some("choose the network that the endpoint serves with --network".into())
            }
            Self::NoKey(address) => Some(format!(
                "pass the key of {address}: docs/keys.md lists how, from --keystore to --ledger"
            )),
            Self::BadKey { .. } => Some("a key is 64 hexadecimal digits, with or without 0x".into()),
            Self::FeeCap { .. } => Some("wait for a lower gas price, or raise the network's limit".into()),
            _ => None,
        }
    }
}
