//! What can go wrong between here and a chain.

use alloy_primitives::{Address, B256, Bytes};
use alloy_transport::{RpcError, TransportError};
use payrox_model::{ChainId, Code, ExitCode, Fault, text::escape};

/// A question to a chain that was not answered, or a transaction that was not made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ChainError {
    #[error("the endpoint `{url}` is no http URL: {why}")]
    Url { url: String, why: String },
    #[error("the endpoint {endpoint} needs TLS, which this build has not")]
    NoTls { endpoint: String },
    #[error("{endpoint} does not answer {method}: {why}")]
    Unreachable { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} answered {method} with something else than asked for: {why}")]
    Answer { endpoint: String, method: &'static str, why: String },
    #[error("{endpoint} refused {method}: {text} ({code})")]
    Server { endpoint: String, method: &'static str, code: i64, text: String },
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

/// Text of a server: escaped and bounded.
pub(crate) fn foreign(text: &str) -> String {
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
            Self::NoTls { .. } => "PRX-CHN-002",
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
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Url { .. }
            | Self::NoTls { .. }
            | Self::BadKey { .. }
            | Self::WrongChain { .. }
            | Self::WrongBlock { .. } => ExitCode::BadInput,
            Self::Unreachable { .. } | Self::Answer { .. } | Self::Server { .. } => ExitCode::Endpoint,
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
            Self::NoTls { .. } => Some("use a node on this machine over http".into()),
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
