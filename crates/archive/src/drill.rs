//! What a drill of an archive came to.

use payrox_model::{ChainId, Code, Name, PlanId, Verdict};
use serde::Serialize;

/// A line of `backup-drills.jsonl`. `Outcome` is the word for how the run in the restored project ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drill<Outcome> {
    /// [`payrox_model::version::DRILL`].
    pub version: u32,
    /// When it began, seconds since 1970.
    pub time: u64,
    /// What was restored.
    pub archive: Drilled,
    /// The network it was run on; this and what follows where the drill came so far.
    pub network: Option<Name>,
    /// Its chain.
    pub chain_id: Option<ChainId>,
    /// The block that was looked at.
    pub block: Option<u64>,
    /// How the run ended.
    pub outcome: Outcome,
    /// What the chain was found to be, where nothing was left to do.
    pub verified: Option<Verdict>,
    /// The plan that was made, or is live.
    pub plan_id: Option<PlanId>,
    /// Transactions that a run with `--broadcast` would send.
    pub would_send: usize,
    /// Why it cannot go on.
    pub error: Option<Code>,
    /// Exit status of the process.
    pub exit: u8,
    /// Wall time.
    pub duration_ms: u64,
}

/// The archive of a drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drilled {
    /// Its file's name.
    pub name: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// When it was made, seconds since 1970.
    pub created: u64,
    /// Files in it.
    pub files: usize,
}
