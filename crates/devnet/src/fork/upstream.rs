//! Where a fork reads what it has not changed.

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_model::ChainId;
use std::fmt::Debug;

/// A block of another chain: what a fork begins from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkPoint {
    /// EIP-155 chain id.
    pub chain_id: ChainId,
    /// The header of the block.
    pub header: Header,
    /// Its hash, as the chain itself says it: chains differ in what goes into it.
    pub hash: B256,
}

/// Something to be read at the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// Balance, nonce and code.
    Account(Address),
    /// A storage slot.
    Slot(Address, U256),
    /// The hash of an earlier block.
    BlockHash(u64),
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Of an account.
    Account {
        /// Its wei.
        balance: U256,
        /// Its nonce.
        nonce: u64,
        /// Its code; empty for none.
        code: Bytes,
    },
    /// Of a storage slot.
    Slot(U256),
    /// Of a block.
    BlockHash(B256),
}

/// A chain that is not asked: a fork on it knows what was read of it before, and no more.
#[derive(Clone, Copy, Debug)]
pub struct Unasked(pub ChainId);

impl Upstream for Unasked {
    fn name(&self) -> String {
        format!("chain {}, offline: as it was read before", self.0)
    }

    fn fetch(&self, _wanted: &[Wanted]) -> Result<Vec<Fetched>, String> {
        Err("it was not read before, and nobody is asked".into())
    }
}

/// The chain elsewhere, at one block. It is asked from where an execution runs, so it must not need that thread to
/// make progress.
pub trait Upstream: Debug + Send + Sync {
    /// How it is named to people, without anything secret.
    fn name(&self) -> String;

    /// Answers all of them, in order, in as few round trips as it takes.
    ///
    /// # Errors
    /// Why it cannot. There is no partial answer and no default.
    fn fetch(&self, wanted: &[Wanted]) -> Result<Vec<Fetched>, String>;
}
