//! What an execution reads.

use crate::{
    fork::{ForkError, Wanted},
    state::State,
};
use alloy_primitives::{Address, B256, U256, map::HashMap};
use revm::{bytecode::Bytecode, database_interface::DatabaseRef, state::AccountInfo};
use std::cell::RefCell;

/// What of a fork was not known, and was taken for empty: the execution counts for nothing then.
pub(crate) type Misses = RefCell<Vec<Wanted>>;

/// So many are noticed in one execution. One that reads at random has billions of gas to do it with, and memory has an end.
const NOTICED: usize = 4096;

/// A state, and the hashes of the blocks before.
pub(crate) struct View<'a, F> {
    pub(crate) state: &'a State,
    pub(crate) block_hash: F,
    /// Where to note what is not known; without it, it is read at once.
    pub(crate) misses: Option<&'a Misses>,
}

impl<F> View<'_, F> {
    fn miss<T>(
        &self,
        wanted: Wanted,
        empty: T,
        read: impl FnOnce() -> Result<T, ForkError>,
    ) -> Result<T, ForkError> {
        let Some(misses) = self.misses else { return read() };
        let mut misses = misses.borrow_mut();
        if misses.len() < NOTICED {
            misses.push(wanted);
        }
        Ok(empty)
    }
}

impl<F: Fn(u64) -> Option<B256>> DatabaseRef for View<'_, F> {
    type Error = ForkError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ForkError> {
        if let Some(found) = self.state.peek(address) {
            return Ok(found.map(|account| account.head.info()));
        }
        self.miss(Wanted::Account(address), None, || {
            Ok(self.state.account(address)?.map(|account| account.head.info()))
        })
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, ForkError> {
        // Never asked for: every account above comes with its code.
        Ok(Bytecode::default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        match self.state.peek_slot(address, key) {
            Some(value) => Ok(value),
            None => self.miss(Wanted::Slot(address, key), U256::ZERO, || self.state.slot(address, key)),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ForkError> {
        if let Some(hash) = (self.block_hash)(number) {
            return Ok(hash);
        }
        let Some(fork) = self.state.fork() else { return Ok(B256::ZERO) };
        match fork.peek_hash(number) {
            Some(hash) => Ok(hash),
            None => self.miss(Wanted::BlockHash(number), B256::ZERO, || fork.block_hash(number)),
        }
    }
}

/// The accounts of a chain at one moment, as revm reads them. In a fork, what was never read is read then.
#[derive(Clone, Debug)]
pub struct Accounts {
    state: State,
    hashes: HashMap<u64, B256>,
}

impl Accounts {
    pub(crate) fn new(state: State, hashes: HashMap<u64, B256>) -> Self {
        Self { state, hashes }
    }

    fn view(&self) -> View<'_, impl Fn(u64) -> Option<B256>> {
        View { state: &self.state, block_hash: |number| self.hashes.get(&number).copied(), misses: None }
    }
}

impl DatabaseRef for Accounts {
    type Error = ForkError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ForkError> {
        self.view().basic_ref(address)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, ForkError> {
        self.view().code_by_hash_ref(hash)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        self.view().storage_ref(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ForkError> {
        self.view().block_hash_ref(number)
    }
}
