//! What an execution reads.

use crate::{
    fork::{ForkError, Wanted},
    state::State,
};
use alloy_primitives::{Address, B256, U256, map::HashMap};
use revm::{bytecode::Bytecode, database_interface::DatabaseRef, state::AccountInfo};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

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

    /// The same, but what a fork has not read is taken for empty at once, and noted.
    pub fn guessing<'a>(&'a self, unread: &'a Unread) -> Guesses<'a> {
        Guesses { accounts: self, unread }
    }

    fn view<'a>(&'a self, misses: Option<&'a Misses>) -> View<'a, impl Fn(u64) -> Option<B256>> {
        View { state: &self.state, block_hash: |number| self.hashes.get(&number).copied(), misses }
    }
}

impl DatabaseRef for Accounts {
    type Error = ForkError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ForkError> {
        self.view(None).basic_ref(address)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, ForkError> {
        self.view(None).code_by_hash_ref(hash)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        self.view(None).storage_ref(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ForkError> {
        self.view(None).block_hash_ref(number)
    }
}

/// So many are noted, at most.
const UNREAD: usize = 1 << 16;

/// What was taken for empty and is not known. Whatever came of it counts for nothing until it was read.
#[derive(Debug, Default)]
pub struct Unread(Mutex<BTreeSet<Wanted>>);

impl Unread {
    /// All of it, which is forgotten here.
    pub fn take(&self) -> Vec<Wanted> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *noted).into_iter().collect()
    }

    fn note(&self, misses: Misses) {
        let misses = misses.into_inner();
        if misses.is_empty() {
            return;
        }
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = UNREAD.saturating_sub(noted.len());
        noted.extend(misses.into_iter().take(room));
    }
}

/// [`Accounts`] that never wait: any number of threads may run on them, and what they lack is read at once afterwards.
#[derive(Debug)]
pub struct Guesses<'a> {
    accounts: &'a Accounts,
    unread: &'a Unread,
}

impl Guesses<'_> {
    fn ask<T>(
        &self,
        what: impl FnOnce(&dyn DatabaseRef<Error = ForkError>) -> Result<T, ForkError>,
    ) -> Result<T, ForkError> {
        let misses = Misses::default();
        let answer = what(&self.accounts.view(Some(&misses)));
        self.unread.note(misses);
        answer
    }
}

impl DatabaseRef for Guesses<'_> {
    type Error = ForkError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ForkError> {
        self.ask(|view| view.basic_ref(address))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, ForkError> {
        self.ask(|view| view.code_by_hash_ref(hash))
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        self.ask(|view| view.storage_ref(address, key))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ForkError> {
        self.ask(|view| view.block_hash_ref(number))
    }
}
