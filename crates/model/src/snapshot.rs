//! What a chain said, at one block, about one system: read by `chain`, used by everything that must be pure.

use crate::{ChainId, CodeHash, DiamondState, Epoch, PlanId, Root};
use alloy_primitives::{Address, B256};
use std::collections::BTreeMap;

/// A system at one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainSnapshot {
    /// The chain.
    pub chain_id: ChainId,
    /// The block that was read.
    pub block: u64,
    /// Its hash.
    pub block_hash: B256,
    /// Its time, in seconds since 1970.
    pub timestamp: u64,
    /// EXTCODEHASH of each address asked for; absent where there is no code.
    pub code: BTreeMap<Address, CodeHash>,
    /// The dispatcher, where it has code.
    pub dispatcher: Option<DispatcherState>,
    /// The router, where it has code.
    pub router: Option<RouterState>,
    /// The diamond, where that is what was asked for.
    pub diamond: Option<DiamondState>,
}

impl ChainSnapshot {
    /// The block that was read.
    pub fn pin(&self) -> Pin {
        Pin { block: self.block, timestamp: self.timestamp }
    }
}

/// A block that was looked at, to look at once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its number.
    pub block: u64,
    /// Its time, in seconds since 1970.
    pub timestamp: u64,
}

/// The control plane's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispatcherState {
    /// Owner now.
    pub owner: Address,
    /// Offered ownership; zero when none.
    pub pending_owner: Address,
    /// The router it governs.
    pub router: Address,
    /// What is served; epoch 0 before the first release.
    pub active: ActiveState,
    /// What is staged.
    pub pending: Option<PendingState>,
    /// Calls are stopped.
    pub paused: bool,
    /// Exempt routes too.
    pub halted: bool,
    /// Staging and activation are stopped.
    pub frozen: bool,
    /// For ever.
    pub is_sealed: bool,
    /// No rollback below this epoch.
    pub floor: Epoch,
    /// Seconds between staging and activation.
    pub delay: u32,
}

/// The active release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActiveState {
    /// Number of activations so far.
    pub epoch: Epoch,
    /// Its plan.
    pub plan_id: PlanId,
    /// The data contract that holds its manifest.
    pub manifest: Address,
    /// Its root.
    pub root: Root,
    /// Seconds since 1970.
    pub activated_at: u64,
}

/// The staged plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingState {
    /// Which plan.
    pub plan_id: PlanId,
    /// From when it may be activated, seconds since 1970.
    pub eta: u64,
}

/// The data plane's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterState {
    /// Bytes of the active manifest, as read from its data contract; empty before the first release.
    pub manifest: Vec<u8>,
}
