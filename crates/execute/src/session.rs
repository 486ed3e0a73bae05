//! What a run is given.

use crate::Observer;
use alloy_primitives::B256;
use payrox_chain::{Endpoint, FeePolicy, Interrupt, Keyring, Reasons, Tag};
use payrox_devnet::Devnet;
use payrox_journal::ContractInfo;
use payrox_model::{ChainId, DataFee, Name};
use std::{collections::BTreeMap, path::Path};

/// The network a run is for, as far as sending goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its name.
    pub name: Name,
    /// Its chain id.
    pub chain_id: ChainId,
    /// Time may be skipped to a plan's `eta`: the embedded chain, and anvil when asked to.
    pub skip_time: bool,
    /// What gas may cost.
    pub fees: FeePolicy,
    /// What is paid for data besides gas: on second layers.
    pub data_fee: Option<DataFee>,
    /// When a transaction counts for good.
    pub finality: FinalityPolicy,
    /// By how many hundredths the chain may want more gas for a step than the dry run used, before that is a reason to stop.
    pub gas_jump: u64,
}

/// When nothing that was done can be undone any more by a reorganisation of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalityPolicy {
    /// The block that the chain itself calls so, where it does.
    pub tag: Option<Tag>,
    /// Else this many blocks, the transaction's own among them.
    pub blocks: u64,
}

impl Default for FinalityPolicy {
    /// To be in a block is enough.
    fn default() -> Self {
        Self { tag: None, blocks: 1 }
    }
}

/// More gas by this many hundredths than in the dry run is a reason to stop, where nothing else is said.
pub const GAS_JUMP: u64 = 25;

/// Which steps of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All: `run`.
    All,
    /// `deploy factory`.
    Factory,
    /// `deploy dispatcher`, and the factory it needs.
    Dispatcher,
    /// `deploy router`: proves what the launch made, and sends what is missing of it.
    Router,
    /// `deploy facets [NAME…]`, all when none is named, and the factory they need.
    Facets(Vec<Name>),
    /// `stage`.
    Stage,
    /// `apply`.
    Apply,
}

/// Everything a run needs besides the plan.
pub struct Session<'a> {
    /// The project's folder.
    pub project: &'a Path,
    /// The network.
    pub target: Target,
    /// The chain.
    pub endpoint: &'a Endpoint,
    /// Who can sign.
    pub keyring: &'a Keyring,
    /// Custom errors by name.
    pub reasons: &'a Reasons,
    /// The embedded chain behind the endpoint, where it is one: the dry run of an upgrade forks it.
    pub devnet: Option<&'a Devnet>,
    /// SHA-256 over the artifacts as they are now; it must be the plan's.
    pub artifacts_hash: B256,
    /// ABIs for the deployment records, by name: a facet's or contract's, and `DeterministicChunkFactory`,
    /// `PayRoxRouterExtension`, `ManifestDispatcherImplementation`, `PayRoxLauncher`, `ManifestDispatcher`,
    /// `PayRoxProxyRouter`.
    pub contracts: &'a BTreeMap<String, ContractInfo>,
    /// Who is told what happens.
    pub observer: &'a dyn Observer,
    /// Asked to stop: Ctrl-C.
    pub stop: Stop,
    /// Write what would be sent next to this file, for somebody else to sign. Only without `broadcast`.
    pub unsigned: Option<&'a Path>,
    /// Send. Without it the run only says what it would send.
    pub broadcast: bool,
    /// Wait for `eta` instead of coming back with `waiting`.
    pub wait: bool,
    /// Send steps again whose transaction was in a block and failed.
    pub retry_failed: bool,
    /// Room for this many records in the journal, as on a disk that is nearly full; `None` for what there is.
    pub journal_room: Option<u64>,
    /// The operation on the journal's files that fails, and all after it, as where the process is killed: for tests.
    pub journal_breaks: Option<u64>,
}

/// A request to stop at the next safe place. Clones share it. What waits for an endpoint meanwhile is given a moment and then
/// given up.
#[derive(Clone, Debug, Default)]
pub struct Stop(Interrupt);

impl Stop {
    /// Asks to stop.
    pub fn request(&self) {
        self.0.request();
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        self.0.is_requested()
    }

    /// What ends an endpoint's waits.
    pub fn interrupt(&self) -> Interrupt {
        self.0.clone()
    }
}

impl Selection {
    /// The command that it is.
    pub fn command(&self) -> &'static str {
        match self {
            Self::All => "run",
            Self::Factory => "deploy factory",
            Self::Dispatcher => "deploy dispatcher",
            Self::Router => "deploy router",
            Self::Facets(_) => "deploy facets",
            Self::Stage => "stage",
            Self::Apply => "apply",
        }
    }
}
