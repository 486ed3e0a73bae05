//! What is not as the dry run had it.

use alloy_primitives::{Address, B256};
use payrox_model::{Code, ExitCode, Fault, Finding, Severity};

/// A difference between the chain and the dry run of the same plan: possibly somebody stood between the steps, and left something
/// behind (a CPIMP, a clandestine proxy in the middle).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum Violation {
    #[error("{what} {address}: slot {slot} ({name}) is {found}, and {expected} in the dry run")]
    Slot { what: String, address: Address, slot: B256, name: String, expected: B256, found: B256 },
    #[error("{what} {address}: {name} is {found}, and the blocks' times make it {expected}")]
    Time { what: String, address: Address, name: &'static str, expected: String, found: u64 },
    #[error(
        "{what} {address} holds a slot that the dry run did not write: the root of its storage is {found}, not {expected}"
    )]
    ExtraSlot { what: String, address: Address, expected: B256, found: B256 },
    #[error(
        "{what} {address} has code {found}, and {expected} in the dry run: a proxy may stand in its place"
    )]
    OtherCode { what: String, address: Address, expected: String, found: String },
    #[error("{what} {address} has nonce {found}, and {expected} in the dry run: it created something else")]
    Nonce { what: String, address: Address, expected: u64, found: u64 },
    #[error("{step}: {what} {address} logged in {tx} what it did not log in the dry run: {why}")]
    OtherLog { step: String, what: String, address: Address, tx: B256, why: String },
    #[error("{step}: {what} {address} did not log what it logged in the dry run")]
    NoLog { step: String, what: String, address: Address },
    #[error("{what} {address} logged in {tx}, which is no step of this plan")]
    Foreign { what: String, address: Address, tx: B256 },
    #[error("before {step}, which was not sent: {found}")]
    Between { step: String, found: Box<Violation> },
}

impl Violation {
    /// For the report.
    pub(crate) fn finding(&self) -> Finding {
        Finding {
            code: self.code(),
            severity: Severity::Error,
            subject: self.address().to_string(),
            evidence: self.to_string(),
            hint: self.hint(),
        }
    }

    /// Where.
    pub(crate) fn address(&self) -> Address {
        match self {
            Self::Slot { address, .. }
            | Self::Time { address, .. }
            | Self::ExtraSlot { address, .. }
            | Self::OtherCode { address, .. }
            | Self::Nonce { address, .. }
            | Self::OtherLog { address, .. }
            | Self::NoLog { address, .. }
            | Self::Foreign { address, .. } => *address,
            Self::Between { found, .. } => found.address(),
        }
    }
}

impl Fault for Violation {
    fn code(&self) -> Code {
        Code(match self {
            Self::Slot { .. } | Self::Time { .. } | Self::Nonce { .. } => "PRX-AFT-001",
            Self::ExtraSlot { .. } => "PRX-AFT-002",
            Self::OtherCode { .. } => "PRX-AFT-003",
            Self::OtherLog { .. } | Self::NoLog { .. } => "PRX-AFT-004",
            Self::Foreign { .. } => "PRX-AFT-005",
            Self::Between { .. } => "PRX-AFT-006",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Between { .. } => ExitCode::Refused,
            _ => ExitCode::GateFailed,
        }
    }

    fn subject(&self) -> Option<String> {
        Some(self.address().to_string())
    }

    fn hint(&self) -> Option<String> {
        Some(format!(
            "do not fund or announce it; look at every transaction to {} since its creation: payrox explain {}",
            self.address(),
            self.code()
        ))
    }
}
