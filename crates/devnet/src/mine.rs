//! From transactions to blocks.

use crate::{
    block::{Block, BlockRecord, Mined},
    chain::Chain,
    core::{Time, cost},
    evm::{self, Mode},
    pool::{Pending, placeholder},
    rpc::RpcError,
    store::{Record, StoreError},
};
use alloy_consensus::{
    Eip658Value, Receipt, ReceiptEnvelope, SignableTransaction, Transaction, TxEip1559, TxEnvelope,
};
use alloy_primitives::{Address, B256, U256};
use revm::context::result::{EVMError, InvalidTransaction};
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

/// What a transaction does that cannot go into the block.
#[derive(Clone, Copy, PartialEq)]
enum Misfit {
    /// There is no block, and it is the error.
    Refuses,
    /// The block does without it, and so does the pool.
    IsDropped,
}

impl Chain {
    /// Takes a transaction: into a block at once, or into the pool until its turn comes.
    pub(crate) fn submit(&mut self, pending: Pending) -> Result<B256, RpcError> {
        self.admit(&pending)?;
        let hash = *pending.tx.tx_hash();
        let next = self.core.state.nonce(pending.sender)?;
        if self.core.automine && pending.tx.nonce() == next {
            let sender = pending.sender;
            self.mine(vec![pending], Misfit::Refuses)?;
            self.promote(sender);
            return Ok(hash);
        }
        self.core.pool.check(&pending)?;
        self.record(&Record::Waiting(&pending))?;
        self.core.pool.insert(pending);
        Ok(hash)
    }

    /// Executes in a block of its own without a signature or a fee. If it fails there is no block.
    pub(crate) fn execute(&mut self, from: Address, tx: TxEip1559) -> Result<Arc<Block>, RpcError> {
        let nonce = self.core.state.nonce(from)?;
        let tx = TxEip1559 { chain_id: self.core.rules.chain_id, nonce, ..tx };
        let tx = tx.into_signed(placeholder(from)).into();
        self.mine(vec![Pending { mode: Mode::Free, ..Pending::new(tx, from) }], Misfit::Refuses)
    }

    /// What does not need an execution to be refused, in geth's order and words.
    fn admit(&self, pending: &Pending) -> Result<(), RpcError> {
        let Pending { tx, sender, .. } = pending;
        let (core, header_limit) = (&self.core, self.core.rules.gas_limit);
        if core.transaction(*tx.tx_hash()).is_some() {
            return Err(RpcError::server("already known"));
        }
        if matches!(tx.as_ref(), TxEnvelope::Eip4844(_)) {
            return Err(RpcError::server("transaction type not supported: blobs"));
        }
        if let Some(id) = tx.chain_id()
            && id != core.rules.chain_id
        {
            let want = core.rules.chain_id;
            return Err(RpcError::server(format!("invalid chain id for signer: have {id} want {want}")));
        }
        if tx.gas_limit() > header_limit {
            return Err(RpcError::server("exceeds block gas limit"));
        }
        let next = core.state.nonce(*sender)?;
        if tx.nonce() < next {
            return Err(RpcError::server(evm::nonce_too_low(next, tx.nonce())));
        }
        let (have, want) = (core.state.balance(*sender)?, cost(tx.as_ref()));
        if have < want {
            return Err(RpcError::server(format!(
                "insufficient funds for gas * price + value: address {sender} have {have} want {want}"
            )));
        }
        Ok(())
    }

    /// Mines what waited for this sender's transaction, each in a block of its own.
    fn promote(&mut self, sender: Address) {
        loop {
            // Whoever has a transaction here was read when it came.
            let Ok(next) = self.core.state.nonce(sender) else { return };
            self.core.pool.forget_below(sender, next);
            let Some(pending) = self.core.pool.get(sender, next).cloned() else { return };
            if self.mine(vec![pending], Misfit::Refuses).is_err() {
                // It was acceptable when it came and no longer is; geth drops it, too.
                self.core.pool.remove(sender, next);
                return;
            }
        }
    }

    /// Says whether a transaction is mined when it comes. If so, those that could have been are now.
    pub(crate) fn set_automine(&mut self, automine: bool) {
        self.core.automine = automine;
        if automine {
            let senders: BTreeSet<_> = self.core.pool.all().map(|pending| pending.sender).collect();
            senders.into_iter().for_each(|sender| self.promote(sender));
        }
    }

    /// Mines a block of all waiting transactions that can be, or an empty one.
    pub(crate) fn mine_waiting(&mut self) -> Result<Arc<Block>, RpcError> {
        let mut chosen = Vec::new();
        let mut gas = 0;
        let mut next = BTreeMap::new();
        for pending in self.core.pool.all() {
            let sender = pending.sender;
            let expected = match next.entry(sender) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(self.core.state.nonce(sender)?),
            };
            if pending.tx.nonce() == *expected && gas + pending.tx.gas_limit() <= self.core.rules.gas_limit {
                *expected += 1;
                gas += pending.tx.gas_limit();
                chosen.push(pending.clone());
            }
        }
        self.mine(chosen, Misfit::IsDropped)
    }

    /// Mines a block of these.
    fn mine(&mut self, chosen: Vec<Pending>, misfit: Misfit) -> Result<Arc<Block>, RpcError> {
        let header = self.core.next_header();
        let (mut mined, mut diffs, mut undo) = (Vec::<Mined>::new(), Vec::new(), Vec::new());
        let mut gas_before = 0;
        for Pending { tx, sender, mode } in chosen {
            let env = evm::signed(&tx, sender);
            let outcome = match evm::run(&self.core, &self.core.state, &header, env.clone(), mode) {
                Ok(outcome) => outcome,
                Err(error) if misfit == Misfit::Refuses => return Err(evm::invalid(error, &env, &header)),
                // It may well be valid: nobody knows.
                Err(error @ EVMError::Database(_)) => {
                    undo.iter().rev().for_each(|undo| self.core.state.take_back(undo));
                    return Err(evm::invalid(error, &env, &header));
                }
                // It waits for the one before it, which was left out.
                Err(EVMError::Transaction(InvalidTransaction::NonceTooHigh { .. })) => continue,
                Err(_) => {
                    self.core.pool.remove(sender, tx.nonce());
                    continue;
                }
            };
            if mode == Mode::Free && !outcome.result.is_success() {
                return Err(evm::output(outcome.result)
                    .err()
                    .unwrap_or_else(|| RpcError::server("it failed")));
            }
            let changes = self.core.state.diff(&outcome.state);
            undo.push(self.core.state.apply(&changes));
            diffs.extend(changes);
            let gas_used = outcome.result.tx_gas_used();
            gas_before += gas_used;
            let receipt = Receipt {
                status: Eip658Value::Eip658(outcome.result.is_success()),
                cumulative_gas_used: gas_before,
                logs: if outcome.result.is_success() { outcome.result.logs().to_vec() } else { Vec::new() },
            };
            mined.push(Mined {
                receipt: ReceiptEnvelope::from_typed(tx.tx_type(), receipt),
                gas_used,
                zeros: if mode == Mode::Free { zeros(&outcome.state) } else { Vec::new() },
                created: tx.kind().is_create().then(|| sender.create(tx.nonce())),
                tx: Arc::unwrap_or_clone(tx),
                sender,
            });
        }
        let timestamp = header.timestamp;
        let header = alloy_consensus::Header { timestamp, ..self.core.header(&diffs, &mined) };
        let block = Block::new(header, mined);
        let time = self.core.time_after(timestamp);
        let recorded = match &mut self.store {
            Some(store) => store.append(&Record::Block(&BlockRecord::new(&block, diffs, time))),
            None => Ok(()),
        };
        if let Err(error) = recorded {
            undo.iter().rev().for_each(|undo| self.core.state.take_back(undo));
            return Err(error.into());
        }
        Ok(self.accept(block, undo, time))
    }

    fn accept(&mut self, block: Block, undo: Vec<crate::state::Undo>, time: Time) -> Arc<Block> {
        for mined in &block.mined {
            self.core.pool.forget_below(mined.sender, mined.tx.nonce() + 1);
        }
        self.core.push_applied(block, undo, time)
    }

    pub(crate) fn record(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        self.store.as_mut().map_or(Ok(()), |store| store.append(record))
    }
}

/// The slots of touched accounts that were looked at and are zero.
fn zeros(outcome: &revm::state::EvmState) -> Vec<(Address, U256)> {
    let touched = outcome.iter().filter(|(_, after)| after.is_touched());
    touched
        .flat_map(|(address, after)| {
            let zero = after.storage.iter().filter(|(_, slot)| slot.present_value.is_zero());
            zero.map(|(key, _)| (*address, *key))
        })
        .collect()
}
