//! Transactions that wait: for the nonces before theirs, or for a block while mining is by hand.

use crate::{evm::Mode, rpc::RpcError};
use alloy_consensus::{Transaction, TxEnvelope};
use alloy_primitives::{Address, B256, Signature, U256};
use std::{collections::BTreeMap, sync::Arc};

/// How many transactions one sender may have waiting.
const PER_SENDER: usize = 256;
/// How many may wait in all.
const IN_ALL: usize = 4096;

/// A transaction whose sender is known.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) tx: Arc<TxEnvelope>,
    pub(crate) sender: Address,
    pub(crate) mode: Mode,
}

impl Pending {
    pub(crate) fn new(tx: TxEnvelope, sender: Address) -> Self {
        let impersonated = *tx.signature() == placeholder(sender);
        let mode = if impersonated { Mode::Impersonated } else { Mode::Signed };
        Self { tx: Arc::new(tx), sender, mode }
    }
}

/// Where there is no key, this stands for the signature. The sender in it keeps the hashes of two senders apart;
/// nobody can sign so that this sender is recovered from it.
pub(crate) fn placeholder(sender: Address) -> Signature {
    Signature::new(U256::from_be_slice(sender.as_slice()), U256::from(1), false)
}

/// The waiting transactions by sender and nonce.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool(BTreeMap<Address, BTreeMap<u64, Pending>>);

impl Pool {
    pub(crate) fn check(&self, pending: &Pending) -> Result<(), RpcError> {
        let tx = &pending.tx;
        let waiting = self.0.get(&pending.sender);
        if let Some(old) = waiting.and_then(|waiting| waiting.get(&tx.nonce())) {
            if old.tx.tx_hash() == tx.tx_hash() {
                return Err(RpcError::server("already known"));
            }
            // geth replaces for a tenth more of both fees.
            let enough = |old: u128, new: u128| new >= old.saturating_add(old.div_ceil(10));
            let tip = |tx: &TxEnvelope| tx.max_priority_fee_per_gas().unwrap_or_else(|| tx.max_fee_per_gas());
            if !enough(old.tx.max_fee_per_gas(), tx.max_fee_per_gas()) || !enough(tip(&old.tx), tip(tx)) {
                return Err(RpcError::server("replacement transaction underpriced"));
            }
            return Ok(());
        }
        let all: usize = self.0.values().map(BTreeMap::len).sum();
        if all >= IN_ALL || waiting.is_some_and(|waiting| waiting.len() >= PER_SENDER) {
            return Err(RpcError::server("txpool is full"));
        }
        Ok(())
    }

    pub(crate) fn insert(&mut self, pending: Pending) {
        self.0.entry(pending.sender).or_default().insert(pending.tx.nonce(), pending);
    }

    /// Forgets what the chain has overtaken.
    pub(crate) fn forget_below(&mut self, sender: Address, nonce: u64) {
        if let Some(waiting) = self.0.get_mut(&sender) {
            *waiting = waiting.split_off(&nonce);
            if waiting.is_empty() {
                self.0.remove(&sender);
            }
        }
    }

    pub(crate) fn remove(&mut self, sender: Address, nonce: u64) -> Option<Pending> {
        let removed = self.0.get_mut(&sender)?.remove(&nonce);
        self.forget_below(sender, 0);
        removed
    }

    pub(crate) fn get(&self, sender: Address, nonce: u64) -> Option<&Pending> {
        self.0.get(&sender)?.get(&nonce)
    }

    pub(crate) fn find(&self, hash: B256) -> Option<&Pending> {
        self.all().find(|pending| *pending.tx.tx_hash() == hash)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Pending> {
        self.0.values().flat_map(BTreeMap::values)
    }

    pub(crate) fn next_nonce(&self, sender: Address, mined: u64) -> u64 {
        let waiting = self.0.get(&sender);
        (mined..).find(|nonce| waiting.is_none_or(|waiting| !waiting.contains_key(nonce))).unwrap_or(mined)
    }
}
