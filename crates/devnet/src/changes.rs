//! How two states of a chain differ.

use crate::{Devnet, state::State};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How an account differs: what it was, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub address: Address,
    /// Its wei.
    pub balance: (U256, U256),
    /// Its nonce.
    pub nonce: (u64, u64),
    /// The hash of its code; that of nothing where there is none.
    pub code_hash: (B256, B256),
    /// The slots that differ.
    pub slots: BTreeMap<U256, (U256, U256)>,
}

impl Change {
    /// Whether there was code before.
    pub fn had_code(&self) -> bool {
        self.code_hash.0 != KECCAK256_EMPTY
    }

    /// Whether there is code now and was none before.
    pub fn is_new_code(&self) -> bool {
        !self.had_code() && self.code_hash.1 != KECCAK256_EMPTY
    }
}

impl Devnet {
    /// What is other here than on a chain that this one was forked from, or that is a fork of the same, by address.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let (before, after) = (before.read().core.state.clone(), self.read().core.state.clone());
        let addresses: BTreeSet<Address> = after.differing(&before).collect();
        addresses.into_iter().filter_map(|address| change(address, &before, &after)).collect()
    }
}

fn change(address: Address, before: &State, after: &State) -> Option<Change> {
    let head = |state: &State| {
        let found = state.peek(address).flatten();
        found.map_or((U256::ZERO, 0, KECCAK256_EMPTY), |account| {
            (account.head.balance, account.head.nonce, account.head.code_hash)
        })
    };
    let ((balance, nonce, code), (balance_now, nonce_now, code_now)) = (head(before), head(after));
    let (old, new) = (before.slots(address), after.slots(address));
    let keys: BTreeSet<U256> = old.keys().chain(new.keys()).copied().collect();
    let value = |slots: &BTreeMap<U256, U256>, key| slots.get(key).copied().unwrap_or_default();
    let slots: BTreeMap<_, _> = keys
        .iter()
        .map(|key| (*key, (value(&old, key), value(&new, key))))
        .filter(|(_, (before, after))| before != after)
        .collect();
    let change = Change {
        address,
        balance: (balance, balance_now),
        nonce: (nonce, nonce_now),
        code_hash: (code, code_now),
        slots,
    };
    let same = balance == balance_now && nonce == nonce_now && code == code_now && change.slots.is_empty();
    (!same).then_some(change)
}

impl State {
    /// The accounts that may differ: those that are not shared.
    fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Address> + 'a {
        let unshared = |(address, account): (&Address, &Arc<_>), than: &Self| {
            let same = than.entry(*address).is_some_and(|other| Arc::ptr_eq(other, account));
            (!same).then_some(*address)
        };
        let here = self.entries().filter_map(move |entry| unshared(entry, other));
        here.chain(other.entries().map(|(address, _)| *address).filter(|a| self.entry(*a).is_none()))
    }
}
