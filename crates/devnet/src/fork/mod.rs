//! Another chain's state at one block: read when it is needed, kept, and never changed.

mod cache;
mod error;
mod upstream;

pub use cache::ForkCache;
pub use error::ForkError;
pub use upstream::{Fetched, ForkPoint, Unasked, Upstream, Wanted};

use crate::state::{Account, AccountKind, Head};
use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256,
    map::{AddressMap, HashMap},
};
use cache::CacheFile;
use revm::{bytecode::Bytecode, database_interface::DatabaseRef, state::AccountInfo};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

/// What is asked for in one round trip, at most.
pub(crate) const BATCH: usize = 1000;
/// What a fork holds, at most.
const ACCOUNTS: usize = 65_536;
const SLOTS: usize = 1 << 20;
const HASHES: usize = 65_536;
/// No chain has longer code by far (EIP-170: 24,576); it would be a way to fill this machine's memory.
const CODE: usize = 256 << 10;
const CODE_IN_ALL: usize = 512 << 20;

/// Another chain's state at one block. Clones are the same one, and share what was read; any number of threads may
/// read through it.
#[derive(Clone, Debug)]
pub struct Fork(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    point: ForkPoint,
    upstream: Box<dyn Upstream>,
    known: RwLock<Known>,
    file: Option<Mutex<CacheFile>>,
    /// Of a read whose reader could not be told.
    owed: Mutex<Option<ForkError>>,
}

/// What was read so far.
#[derive(Debug, Default)]
struct Known {
    /// `None` for an account that is empty, which is as good as none (EIP-161).
    accounts: AddressMap<Option<Arc<Account>>>,
    slots: AddressMap<HashMap<U256, U256>>,
    hashes: BTreeMap<u64, B256>,
    /// How many slots, and bytes of code.
    count: usize,
    code: usize,
}

impl Fork {
    /// A fork that remembers as long as it lives.
    pub fn new(point: ForkPoint, upstream: Box<dyn Upstream>) -> Self {
        Self(Arc::new(Inner {
            point,
            upstream,
            known: RwLock::default(),
            file: None,
            owed: Mutex::default(),
        }))
    }

    /// A fork that knows what earlier ones of the same block read, and writes down what it reads itself. It needs the
    /// chain elsewhere only for what none of them asked for.
    ///
    /// # Errors
    /// When the cache cannot be read or written, or contradicts itself.
    pub fn cached(
        point: ForkPoint,
        upstream: Box<dyn Upstream>,
        cache: &ForkCache,
    ) -> Result<Self, ForkError> {
        let (file, read) = cache.open(&point)?;
        let mut known = Known::default();
        for (wanted, fetched) in read {
            known.take(wanted, fetched).map_err(|why| file.broken(&why))?;
        }
        let file = Some(Mutex::new(file));
        Ok(Self(Arc::new(Inner { point, upstream, known: RwLock::new(known), file, owed: Mutex::default() })))
    }

    /// The block it begins from.
    pub fn point(&self) -> &ForkPoint {
        &self.0.point
    }

    /// How the chain elsewhere is named to people.
    pub fn upstream(&self) -> String {
        self.0.upstream.name()
    }

    /// How many accounts and slots were read so far.
    pub fn size(&self) -> (usize, usize) {
        let known = self.known();
        (known.accounts.len(), known.count)
    }

    /// Reads all of these that are not known yet.
    ///
    /// # Errors
    /// When the chain elsewhere does not answer, or not credibly; when it is too much.
    pub fn fetch(&self, wanted: &[Wanted]) -> Result<(), ForkError> {
        let missing: BTreeSet<Wanted> = {
            let known = self.known();
            wanted.iter().filter(|wanted| !self.has(&known, wanted)).copied().collect()
        };
        let missing: Vec<Wanted> = missing.into_iter().collect();
        for chunk in missing.chunks(BATCH) {
            let name = || self.0.upstream.name();
            let fetched = self
                .0
                .upstream
                .fetch(chunk)
                .map_err(|why| ForkError::Unanswered { upstream: name(), why })?;
            let doubt = |why: String| ForkError::Unbelievable { upstream: name(), why };
            if fetched.len() != chunk.len() {
                return Err(doubt(format!("{} answers to {} questions", fetched.len(), chunk.len())));
            }
            let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
            known.has_room_for(chunk)?;
            for (wanted, fetched) in chunk.iter().zip(&fetched) {
                known.take(*wanted, fetched.clone()).map_err(doubt)?;
            }
            drop(known);
            if let Some(file) = &self.0.file {
                lock(file).append(chunk, &fetched)?;
            }
        }
        Ok(())
    }

    fn has(&self, known: &Known, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::Account(address) => known.accounts.contains_key(address),
            Wanted::Slot(address, key) => known.slot(*address, *key).is_some(),
            Wanted::BlockHash(number) => {
                self.own_hash(*number).is_some() || known.hashes.contains_key(number)
            }
        }
    }

    /// The account if it was read before: `Some(None)` for one that is not there.
    pub(crate) fn peek(&self, address: Address) -> Option<Option<Arc<Account>>> {
        self.known().accounts.get(&address).cloned()
    }

    /// The slot if it was read before, or needs no reading.
    pub(crate) fn peek_slot(&self, address: Address, key: U256) -> Option<U256> {
        self.known().slot(address, key)
    }

    pub(crate) fn peek_hash(&self, number: u64) -> Option<B256> {
        self.own_hash(number).or_else(|| self.known().hashes.get(&number).copied())
    }

    pub(crate) fn account(&self, address: Address) -> Result<Option<Arc<Account>>, ForkError> {
        if let Some(account) = self.peek(address) {
            return Ok(account);
        }
        self.fetch(&[Wanted::Account(address)])?;
        Ok(self.peek(address).flatten())
    }

    pub(crate) fn slot(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        if let Some(value) = self.peek_slot(address, key) {
            return Ok(value);
        }
        self.fetch(&[Wanted::Slot(address, key)])?;
        Ok(self.peek_slot(address, key).unwrap_or_default())
    }

    /// The hash of a block up to the one that it begins from.
    pub(crate) fn block_hash(&self, number: u64) -> Result<B256, ForkError> {
        if let Some(hash) = self.peek_hash(number) {
            return Ok(hash);
        }
        self.fetch(&[Wanted::BlockHash(number)])?;
        Ok(self.peek_hash(number).unwrap_or_default())
    }

    /// Every slot of an account that was read so far.
    pub(crate) fn slots_read(&self, address: Address) -> BTreeMap<U256, U256> {
        let known = self.known();
        let slots = known.slots.get(&address);
        slots.map(|slots| slots.iter().map(|(key, value)| (*key, *value)).collect()).unwrap_or_default()
    }

    /// Remembers an error for the next execution, which ends with it.
    pub(crate) fn owe(&self, error: ForkError) {
        lock(&self.0.owed).get_or_insert(error);
    }

    /// An error that nobody was told of yet.
    pub(crate) fn take_owed(&self) -> Result<(), ForkError> {
        lock(&self.0.owed).take().map_or(Ok(()), Err)
    }

    fn own_hash(&self, number: u64) -> Option<B256> {
        let point = &self.0.point;
        match point.header.number.checked_sub(number) {
            None => Some(B256::ZERO),
            Some(0) => Some(point.hash),
            Some(1) => Some(point.header.parent_hash),
            Some(_) => None,
        }
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    fn slot(&self, address: Address, key: U256) -> Option<U256> {
        if let Some(None) = self.accounts.get(&address) {
            // What is not there has no storage.
            return Some(U256::ZERO);
        }
        self.slots.get(&address)?.get(&key).copied()
    }

    fn has_room_for(&self, wanted: &[Wanted]) -> Result<(), ForkError> {
        let (mut accounts, mut slots, mut hashes) = (self.accounts.len(), self.count, self.hashes.len());
        for wanted in wanted {
            match wanted {
                Wanted::Account(_) => accounts += 1,
                Wanted::Slot(..) => slots += 1,
                Wanted::BlockHash(_) => hashes += 1,
            }
        }
        for (have, limit, what) in [
            (accounts, ACCOUNTS, "accounts"),
            (slots, SLOTS, "slots"),
            (hashes, HASHES, "block hashes"),
            (self.code, CODE_IN_ALL, "bytes of code"),
        ] {
            if have > limit {
                return Err(ForkError::Full { what, limit });
            }
        }
        Ok(())
    }

    /// Takes what was read. Why not, where it cannot be so.
    fn take(&mut self, wanted: Wanted, fetched: Fetched) -> Result<(), String> {
        match (wanted, fetched) {
            (Wanted::Account(address), Fetched::Account { balance, nonce, code }) => {
                if code.len() > CODE {
                    return Err(format!("{address} has {} bytes of code", code.len()));
                }
                let empty = balance.is_zero() && nonce == 0 && code.is_empty();
                let length = code.len();
                let account = (!empty).then(|| account(balance, nonce, code));
                match self.accounts.get(&address) {
                    Some(before) if *before == account => {}
                    Some(_) => return Err(format!("it says two things of {address}")),
                    None => {
                        self.code += length;
                        self.accounts.insert(address, account);
                    }
                }
            }
            (Wanted::Slot(address, key), Fetched::Slot(value)) => {
                match self.slots.entry(address).or_default().insert(key, value) {
                    None => self.count += 1,
                    Some(before) if before == value => {}
                    Some(_) => return Err(format!("it says two things of slot {key:#x} of {address}")),
                }
            }
            (Wanted::BlockHash(number), Fetched::BlockHash(hash)) => {
                if self.hashes.insert(number, hash).is_some_and(|before| before != hash) {
                    return Err(format!("it says two things of the hash of block {number}"));
                }
            }
            (wanted, _) => return Err(format!("its answer to {wanted:?} is about something else")),
        }
        Ok(())
    }
}

fn account(balance: U256, nonce: u64, code: Bytes) -> Arc<Account> {
    let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
    let code = Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
    let head = Head { balance, nonce, code_hash, code };
    Arc::new(Account { head, storage: HashMap::default(), kind: AccountKind::Upstream })
}

impl DatabaseRef for Fork {
    type Error = ForkError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, ForkError> {
        Ok(self.account(address)?.map(|account| account.head.info()))
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, ForkError> {
        // Never asked for: every account above comes with its code.
        Ok(Bytecode::default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        self.slot(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, ForkError> {
        self.block_hash(number)
    }
}
