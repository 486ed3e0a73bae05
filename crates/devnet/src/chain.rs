//! What the lock of a [`Devnet`](crate::Devnet) protects: the chain, its file, and what clients left with it.

use crate::{
    core::{Core, Time, offset},
    filters::Filters,
    fork::ForkError,
    rpc::RpcError,
    state::AccountDiff,
    store::{Record, Store, StoreError},
};
use alloy_primitives::Address;
use payrox_model::{Code, ExitCode, Fault};
use std::collections::{BTreeMap, BTreeSet};

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The chain's file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain elsewhere does not say what the account is.
    #[error(transparent)]
    Fork(#[from] ForkError),
}

impl Fault for ChangeError {
    fn code(&self) -> Code {
        match self {
            Self::Store(error) => error.code(),
            Self::Fork(error) => error.code(),
        }
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Store(error) => error.exit(),
            Self::Fork(error) => error.exit(),
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.subject(),
            Self::Fork(error) => error.subject(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Fork(error) => error.hint(),
        }
    }
}

/// How many snapshots may be kept at once.
const SNAPSHOTS: usize = 256;

#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) core: Core,
    pub(crate) store: Option<Store>,
    pub(crate) filters: Filters,
    /// Accounts that send without a key.
    pub(crate) impersonated: BTreeSet<Address>,
    snapshots: BTreeMap<u64, Snapshot>,
    next_snapshot: u64,
}

#[derive(Debug)]
struct Snapshot {
    core: Core,
    /// How much of the file counted.
    stored: u64,
}

impl Chain {
    pub(crate) fn new(core: Core, store: Option<Store>) -> Self {
        Self {
            core,
            store,
            filters: Filters::default(),
            impersonated: BTreeSet::new(),
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
        }
    }

    pub(crate) fn snapshot(&mut self) -> Result<u64, RpcError> {
        if self.snapshots.len() >= SNAPSHOTS {
            return Err(RpcError::server(format!("more than {SNAPSHOTS} snapshots")));
        }
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        let stored = self.store.as_ref().map_or(0, Store::length);
        self.snapshots.insert(id, Snapshot { core: self.core.clone(), stored });
        Ok(id)
    }

    /// Goes back to a snapshot, which is gone then, as are those after it. False if there is none.
    pub(crate) fn revert(&mut self, id: u64) -> Result<bool, StoreError> {
        let Some(snapshot) = self.snapshots.remove(&id) else { return Ok(false) };
        if let Some(store) = &mut self.store {
            store.count(snapshot.stored)?;
        }
        self.snapshots.split_off(&id);
        self.core = snapshot.core;
        self.filters.rewind(self.core.number());
        Ok(true)
    }

    /// Changes one account by hand.
    pub(crate) fn patch(
        &mut self,
        address: Address,
        change: impl FnOnce(&mut AccountDiff),
    ) -> Result<(), ChangeError> {
        let mut diff = self.core.state.unchanged(address)?;
        change(&mut diff);
        let diffs = [diff];
        self.record(&Record::Patch(&diffs))?;
        self.core.patch(&diffs);
        Ok(())
    }

    /// Lets time jump; seconds now added to the clock.
    pub(crate) fn increase_time(&mut self, seconds: u64) -> Result<i64, StoreError> {
        let offset = self.core.time.offset.saturating_add_unsigned(seconds);
        let next = self.core.time.next.map(|next| next.saturating_add(seconds));
        self.set_time(Time { offset, next })?;
        Ok(offset)
    }

    /// Fixes the time of the next block, which must be after the newest one's.
    pub(crate) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), RpcError> {
        let head = self.core.head().map_or(0, |head| head.header.timestamp);
        if timestamp <= head {
            return Err(RpcError::server(format!(
                "timestamp {timestamp} is not after the newest block's {head}"
            )));
        }
        self.set_time(Time { next: Some(timestamp), ..self.core.time })?;
        Ok(())
    }

    /// Sets the clock itself.
    pub(crate) fn set_clock(&mut self, timestamp: u64) -> Result<(), RpcError> {
        self.set_time(Time { offset: offset(timestamp), next: None })?;
        Ok(())
    }

    fn set_time(&mut self, time: Time) -> Result<(), StoreError> {
        self.record(&Record::Time(time))?;
        self.core.time = time;
        Ok(())
    }
}
