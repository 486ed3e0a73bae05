//! What can be wrong with a key, and with what was signed.

use super::expected::short;
use alloy_primitives::Address;
use payrox_model::{ChainId, Code, ExitCode, Fault, text::escape};
use std::{
    io,
    path::{Path, PathBuf},
};

/// A key that is not used, or a signature that is not. No text holds anything secret.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum KeyError {
    #[error("cannot read {}", show(.path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is no file for a secret: {why}", show(.path))]
    NoSecretFile { path: PathBuf, why: &'static str },
    #[error("{} can be read by other users: its mode is {mode:o}", show(.path))]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{} is no keystore of version 3: {why}", show(.path))]
    NoKeystore { path: PathBuf, why: String },
    #[error("{} asks for more work than any wallet's keystore: {asks}", show(.path))]
    Costly { path: PathBuf, asks: String },
    #[error("the password does not open {}", show(.path))]
    Password { path: PathBuf },
    #[error("there is no password for {what}, and no terminal to ask for it")]
    NoPassword { what: String },
    #[error("{}", accounts(.folder, .wanted.as_deref(), .names))]
    Accounts { folder: PathBuf, wanted: Option<String>, names: Vec<String> },
    #[error("the phrase from {origin} is no mnemonic of English words")]
    Phrase { origin: String },
    #[error("this payrox was built without support for {what}")]
    NotBuilt { what: &'static str, feature: &'static str },
    #[error("everybody has the key of {address} (from {origin}), and `{network}` is a production network")]
    Published { address: Address, origin: String, network: String },
    #[error("there is no key of {wanted}{}", others(.have))]
    NotAmong { wanted: Address, have: Vec<Address> },
    #[error("the keys are for chain {ring}, the transaction is for chain {tx}")]
    OtherChain { ring: ChainId, tx: ChainId },
    #[error("{origin}: {why}")]
    Signer { origin: String, why: String },
    #[error("{endpoint} does not sign for {from}: {text}")]
    NodeRefuses { endpoint: String, from: Address, text: String },
    #[error(
        "{origin}: the signed transaction is not the one that was asked for: {field} is {found}, not {expected}"
    )]
    NotAsked { origin: String, field: &'static str, expected: String, found: String },
    #[error("{} holds no signed transactions: {why}", show(.path))]
    NoSignedFile { path: PathBuf, why: String },
    #[error("{origin}: there is no transaction of {from} with nonce {nonce}")]
    NotSigned { origin: String, from: Address, nonce: u64 },
    #[error("the key of {from} is not here: the transaction with nonce {nonce} must be signed elsewhere")]
    Absent { from: Address, nonce: u64 },
    #[error("keys in {what} are not supported by this release")]
    NotSupported { what: &'static str },
    #[error("{flag} needs {needs}")]
    Incomplete { flag: &'static str, needs: &'static str },
}

fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

fn accounts(folder: &Path, wanted: Option<&str>, names: &[String]) -> String {
    let folder = show(folder);
    match wanted {
        Some(wanted) => format!("{folder} holds no keystore `{}`", escape(wanted)),
        None if names.is_empty() => format!("{folder} holds no keystore"),
        None => format!("{folder} holds {} keystores", names.len()),
    }
}

fn others(addresses: &[Address]) -> String {
    match addresses {
        [] => String::new(),
        some => format!("; there is one of {}", list(some.iter().map(Address::to_string))),
    }
}

/// At most ten of them.
fn list(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.take(11).collect();
    if items.len() == 11 {
        items[10] = "…".into();
    }
    items.join(", ")
}

impl KeyError {
    /// What a device or a service said. Some put the endpoint, none puts a secret into it.
    pub(super) fn of_signer(origin: &str, error: &dyn std::error::Error) -> Self {
        let mut last = error;
        while let Some(source) = last.source() {
            last = source;
        }
        Self::Signer { origin: escape(origin), why: short(&last.to_string()) }
    }
}

impl Fault for KeyError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Unreadable { .. } => "PRX-KEY-001",
            Self::NoSecretFile { .. } => "PRX-KEY-002",
            Self::Exposed { .. } => "PRX-KEY-003",
            Self::NoKeystore { .. } => "PRX-KEY-004",
            Self::Costly { .. } => "PRX-KEY-005",
            Self::Password { .. } => "PRX-KEY-006",
            Self::NoPassword { .. } => "PRX-KEY-007",
            Self::Accounts { .. } => "PRX-KEY-008",
            Self::Phrase { .. } => "PRX-KEY-009",
            Self::NotBuilt { .. } => "PRX-KEY-010",
            Self::Published { .. } => "PRX-KEY-011",
            Self::NotAmong { .. } => "PRX-KEY-012",
            Self::OtherChain { .. } => "PRX-KEY-013",
            Self::Signer { .. } => "PRX-KEY-014",
            Self::NodeRefuses { .. } => "PRX-KEY-015",
            Self::NotAsked { .. } => "PRX-KEY-016",
            Self::NoSignedFile { .. } => "PRX-KEY-017",
            Self::NotSigned { .. } => "PRX-KEY-018",
            Self::Absent { .. } => "PRX-KEY-019",
            Self::Incomplete { .. } => "PRX-KEY-020",
            Self::NotSupported { .. } => "PRX-KEY-021",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::NoSecretFile { .. }
            | Self::Exposed { .. }
            | Self::Costly { .. }
            | Self::Published { .. }
            | Self::OtherChain { .. }
            | Self::NotAsked { .. } => ExitCode::Refused,
            Self::Signer { .. } | Self::NodeRefuses { .. } => ExitCode::Endpoint,
            Self::NotSigned { .. } | Self::Absent { .. } => ExitCode::Waiting,
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Unreadable { path, .. }
            | Self::NoSecretFile { path, .. }
            | Self::Exposed { path, .. }
            | Self::NoKeystore { path, .. }
            | Self::Costly { path, .. }
            | Self::Password { path }
            | Self::NoSignedFile { path, .. }
            | Self::Accounts { folder: path, .. } => Some(show(path)),
            Self::Published { address, .. } | Self::NotAmong { wanted: address, .. } => {
                Some(address.to_string())
            }
            Self::NodeRefuses { from, .. } | Self::NotSigned { from, .. } | Self::Absent { from, .. } => {
                Some(from.to_string())
            }
            Self::Phrase { origin } | Self::Signer { origin, .. } | Self::NotAsked { origin, .. } => {
                Some(origin.clone())
            }
            Self::NoPassword { what } => Some(what.clone()),
            Self::Incomplete { flag, .. } => Some((*flag).into()),
            Self::NotBuilt { .. } | Self::NotSupported { .. } | Self::OtherChain { .. } => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unreadable { .. } => "check the path and who may read it".into(),
            Self::NoSecretFile { .. } => "pass the file itself: a regular file of its owner's alone".into(),
            Self::Exposed { path, .. } => format!("chmod 600 {}", show(path)),
            Self::NoKeystore { .. } => "`cast wallet import` and geth write such files".into(),
            Self::Costly { .. } => "do not open a file of unknown origin; a wallet of your own can be exported again with usual parameters".into(),
            Self::Password { .. } => "it is wrong, or the file is damaged".into(),
            Self::NoPassword { .. } => "pass --password-file FILE, or ETH_PASSWORD with the path of that file".into(),
            Self::Accounts { names, .. } if names.is_empty() => "`cast wallet import NAME --interactive` makes one".into(),
            Self::Accounts { names, .. } => {
                format!("choose one with --account: {}", list(names.iter().map(|name| escape(name))))
            }
            Self::Phrase { .. } => "12, 15, 18, 21 or 24 words of the BIP-39 list, the last of which is a checksum".into(),
            Self::NotBuilt { feature, .. } => format!("cargo install --path crates/cli --features {feature}"),
            Self::Published { .. } => "use a key that was made for this network".into(),
            Self::NotAmong { .. } => "--from and ETH_FROM choose among the keys that are given".into(),
            Self::OtherChain { .. } => "pass the --network that the plan is for".into(),
            Self::Signer { .. } => "run the same command again once it answers; nothing was sent".into(),
            Self::NodeRefuses { .. } => "use another source of the key, or --unsigned to sign elsewhere: eth_sendTransaction is not used, it sends before the journal knows".into(),
            Self::NotAsked { .. } => "nothing was sent; write the transactions anew with --unsigned and sign those".into(),
            Self::NoSignedFile { .. } => "one transaction a line as 0x…, or {\"version\": 1, \"transactions\": [\"0x…\"]}".into(),
            Self::NotSigned { .. } | Self::Absent { .. } => {
                "the same with --unsigned FILE writes what is to be signed; then --signed FILE --broadcast".into()
            }
            Self::NotSupported { .. } => "--unsigned FILE writes what is to be signed, for a tool that has the key".into(),
            Self::Incomplete { .. } => "docs/keys.md lists what each source of a key takes".into(),
        })
    }
}
