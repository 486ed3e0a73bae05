//! What has been sent, and how it is asked for: `.payrox/sources/<chain-id>.json`.
//!
//! It saves a second submission and loses nothing when it is deleted: what is verified is read from the explorers each time.

use alloy_primitives::{Address, B256};
use payrox_model::{ChainId, Code, CodeHash, ExitCode, Fault, version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tickets by explorer and contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ledger {
    version: u32,
    chain_id: ChainId,
    explorers: BTreeMap<String, BTreeMap<Address, Entry>>,
}

/// One submission. It is of no use for other code or other sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    code_hash: CodeHash,
    input: B256,
    ticket: String,
}

impl Ledger {
    /// Nothing has been sent.
    pub fn new(chain_id: ChainId) -> Self {
        Self { version: version::SOURCES, chain_id, explorers: BTreeMap::new() }
    }

    /// Reads what [`serde_json`] wrote.
    ///
    /// # Errors
    /// When it is no ledger of this version and chain.
    pub fn read(text: &str, chain_id: ChainId) -> Result<Self, LedgerError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let odd = |e: serde_json::Error| LedgerError::Malformed(payrox_model::text::escape(&e.to_string()));
        let Head { version } = serde_json::from_str(text).map_err(odd)?;
        if version != version::SOURCES {
            return Err(LedgerError::Version { found: version, known: version::SOURCES });
        }
        let ledger: Self = serde_json::from_str(text).map_err(odd)?;
        match ledger.chain_id == chain_id {
            true => Ok(ledger),
            false => Err(LedgerError::Chain(ledger.chain_id)),
        }
    }

    pub(super) fn ticket(
        &self,
        explorer: &str,
        address: Address,
        code_hash: CodeHash,
        input: B256,
    ) -> Option<&str> {
        let entry = self.explorers.get(explorer)?.get(&address)?;
        (entry.code_hash == code_hash && entry.input == input).then_some(entry.ticket.as_str())
    }

    pub(super) fn sent(
        &mut self,
        explorer: &str,
        address: Address,
        code_hash: CodeHash,
        input: B256,
        ticket: &str,
    ) {
        let entry = Entry { code_hash, input, ticket: ticket.to_owned() };
        self.explorers.entry(explorer.to_owned()).or_default().insert(address, entry);
    }

    pub(super) fn forget(&mut self, explorer: &str, address: Address) {
        if let Some(entries) = self.explorers.get_mut(explorer) {
            entries.remove(&address);
        }
    }
}

/// A file that is no ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum LedgerError {
    #[error("the record of what was sent to explorers is malformed: {0}")]
    Malformed(String),
    #[error("the record of what was sent to explorers has version {found}, this payrox reads {known}")]
    Version { found: u32, known: u32 },
    #[error("the record of what was sent to explorers is of chain {0}")]
    Chain(ChainId),
}

impl Fault for LedgerError {
    fn code(&self) -> Code {
        Code("PRX-SRC-009")
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn hint(&self) -> Option<String> {
        Some(
            "delete it: what is verified already is read from the explorers, only what waits is sent again"
                .into(),
        )
    }
}
