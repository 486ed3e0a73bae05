//! What a line says.

use alloy_primitives::{Address, B256, Bytes};
use payrox_model::{ChainId, CodeHash, Epoch, Gas, Name, PlanId};
use serde::{Deserialize, Serialize};

/// A line: a record, and its place in the chain of hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 0, 1, 2, …
    pub seq: u64,
    /// keccak-256 of the line before, without its line break; zero for the first.
    pub prev: B256,
    /// The machine's clock, seconds since 1970: for people only.
    pub time: u64,
    /// What happened.
    #[serde(flatten)]
    pub record: Record,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Record {
    /// The first line of a file.
    Opened {
        /// [`payrox_model::version::JOURNAL`].
        version: u32,
        /// The chain it is about.
        chain_id: ChainId,
        /// The system it is about: its dispatcher.
        system: Address,
        /// Who writes this file.
        writer: String,
    },
    /// A run begins.
    Run {
        /// What was asked for: `run`, `stage`.
        command: String,
        /// The network's name.
        network: Name,
        /// The plan's content hash; its copy is `plans/<hash>.json`.
        plan: B256,
        /// The plan's id.
        plan_id: PlanId,
        /// The epoch it makes.
        epoch: Epoch,
    },
    /// The dry run of plan and inverse went through.
    Cleared {
        /// The plan's content hash.
        plan: B256,
        /// SHA-256 over the artifacts.
        artifacts: B256,
        /// The chain.
        chain_id: ChainId,
        /// Steps that were run.
        steps: usize,
        /// Gas they used.
        gas: Gas,
    },
    /// A step was true before anything was sent for it.
    Found {
        /// Its name.
        step: String,
        /// How that is known.
        reason: String,
        /// The contracts that it is about.
        placed: Vec<Placed>,
    },
    /// A transaction is signed and about to be sent. Its bytes are in the private file, under `tx`.
    Intent {
        /// The step it is for.
        step: String,
        /// The plan it belongs to, by content hash.
        plan: B256,
        /// Sender.
        from: Address,
        /// Its count of transactions.
        nonce: u64,
        /// Callee.
        to: Address,
        /// Units of gas, at most.
        gas: Gas,
        /// Hash of the signed transaction.
        tx: B256,
        /// The transaction of the same nonce that it is to take the place of, by offering more. Since version 2.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<B256>,
    },
    /// These transactions left.
    Sent {
        /// Their hashes.
        txs: Vec<B256>,
    },
    /// A step's transaction is in a block, and the step is true.
    Done {
        /// The step.
        step: String,
        /// The transaction.
        tx: B256,
        /// Its block.
        block: u64,
        /// That block's hash.
        block_hash: B256,
        /// What it used.
        gas_used: Gas,
        /// The contracts that it made.
        placed: Vec<Placed>,
    },
    /// A step's transaction failed, or did not do what it was for.
    Failed {
        /// The step.
        step: String,
        /// The transaction.
        tx: B256,
        /// Why.
        reason: String,
    },
    /// A transaction that was meant is not needed any more, or can no longer be mined.
    Dropped {
        /// The transaction.
        tx: B256,
        /// Why.
        reason: String,
    },
    /// Another transaction, none of this journal, used the nonce. Since version 2.
    Replaced {
        /// The transaction that can no longer be mined.
        tx: B256,
        /// What took its place, where that was found.
        by: Option<B256>,
    },
    /// A reorganisation of the chain took a transaction out of its block: it waits again, or is in another block. Since version 2.
    Unwound {
        /// The step.
        step: String,
        /// The transaction.
        tx: B256,
        /// The block that is gone.
        block: u64,
        /// That block's hash.
        block_hash: B256,
    },
    /// Everything that the run's selection of a plan is about was true at this block, and the block is final by the network's
    /// policy. Since version 2.
    Final {
        /// The plan's content hash.
        plan: B256,
        /// The block.
        block: u64,
        /// Its hash.
        block_hash: B256,
    },
    /// A development chain's clock was moved.
    TimeSkipped {
        /// By how much.
        seconds: u64,
    },
    /// A run ended and knows how.
    Finished {
        /// How.
        ending: Ending,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All is true.
    Complete,
    /// It goes on later.
    Waiting,
    /// It must not go on.
    Refused,
    /// Something broke.
    Failed,
}

/// A contract of the system at its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    /// Its name in the log and of its file: `ManifestDispatcher`, `Payments`.
    pub name: String,
    /// Where.
    pub address: Address,
    /// EXTCODEHASH, as read back.
    pub code_hash: CodeHash,
    /// ABI-encoded constructor arguments.
    pub constructor_args: Bytes,
}
