//! What a call came to: its answer, what it logged, and every value that is another afterwards.

use alloy_primitives::{Address, Bytes, Log, U256};
use revm::{context::JournalEntry, state::EvmState};
use serde::Serialize;

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It returned.
    #[default]
    Returned,
    /// It reverted, and all it did is undone.
    Reverted,
    /// The machine stopped it: out of gas, an instruction that does not exist. All it did is undone, and it says nothing.
    Halted,
}

/// A value of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Wei.
    Balance,
    /// Transactions sent, or contracts created.
    Nonce,
    /// The code, by its hash.
    Code,
    /// A storage slot.
    Slot(U256),
    /// A slot of transient storage.
    Transient(U256),
}

/// A value that is another after a call than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// Whose.
    pub address: Address,
    /// Which.
    pub field: Field,
    /// Before.
    pub before: U256,
    /// After.
    pub after: U256,
}

/// All that a call came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) ending: Ending,
    /// Return data, or revert data.
    pub(crate) output: Bytes,
    pub(crate) logs: Vec<Log>,
    /// Ascending.
    pub(crate) changes: Vec<Change>,
    /// Whether a frame that others had called ran out of gas, or the call itself.
    pub(crate) starved: bool,
}

/// Fills in the changes, from the journal of one call.
pub(crate) fn changes(journal: &[JournalEntry], state: &mut EvmState, out: &mut Vec<Change>) {
    out.clear();
    for entry in journal {
        let mut touch = |address: &Address, field| {
            let change = Change { address: *address, field, before: U256::ZERO, after: U256::ZERO };
            // A transfer names the same account again and again.
            if out.last().is_none_or(|last| (last.address, last.field) != (*address, field)) {
                out.push(change);
            }
        };
        match entry {
            JournalEntry::StorageChanged { address, key, .. } => touch(address, Field::Slot(*key)),
            JournalEntry::BalanceChange { address, .. } => touch(address, Field::Balance),
            JournalEntry::BalanceTransfer { from, to, balance } if !balance.is_zero() && from != to => {
                touch(from, Field::Balance);
                touch(to, Field::Balance);
            }
            JournalEntry::NonceChange { address, .. } | JournalEntry::NonceBump { address } => {
                touch(address, Field::Nonce);
            }
            JournalEntry::CodeChange { address, .. } => touch(address, Field::Code),
            JournalEntry::AccountCreated { address, .. } => {
                touch(address, Field::Nonce);
                touch(address, Field::Code);
            }
            JournalEntry::AccountDestroyed { address, target, .. } => {
                for field in [Field::Balance, Field::Code] {
                    touch(address, field);
                }
                touch(target, Field::Balance);
            }
            _ => {}
        }
    }
    if out.is_empty() {
        return;
    }
    out.sort_unstable();
    out.dedup();
    out.retain_mut(|change| fill(change, state));
}

/// The values before and after; whether they differ.
fn fill(change: &mut Change, state: &mut EvmState) -> bool {
    let Some(account) = state.get_mut(&change.address) else { return false };
    let gone = account.is_selfdestructed_locally();
    let (before, after) = match change.field {
        Field::Slot(key) => match account.storage.get(&key) {
            Some(slot) => (slot.original_value, slot.present_value),
            None => return false,
        },
        Field::Balance => (account.original_info_mut().balance, account.info.balance),
        Field::Nonce => (U256::from(account.original_info_mut().nonce), U256::from(account.info.nonce)),
        // A contract that is destroyed in the call that created it leaves nothing, whatever its code was.
        Field::Code if gone => (U256::ZERO, U256::MAX),
        Field::Code => (account.original_info_mut().code_hash.into(), account.info.code_hash.into()),
        Field::Transient(_) => return false,
    };
    (change.before, change.after) = (before, after);
    before != after
}
