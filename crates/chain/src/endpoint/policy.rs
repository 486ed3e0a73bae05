//! How endpoints are asked.

use crate::Interrupt;
use alloy_primitives::B256;
use payrox_model::ChainId;
use std::{fmt, sync::Arc, time::Duration};

/// Who is told of what takes long or is odd, but no error: a pause, an endpoint left aside.
pub type Notice = Arc<dyn Fn(&str) + Send + Sync>;

/// How the endpoints of one network are asked. The defaults suit a public endpoint.
#[derive(Clone)]
pub struct PoolPolicy {
    /// How long a connection is waited for.
    pub connect: Duration,
    /// How long the head of an answer is waited for, and each next piece of its body.
    pub answer: Duration,
    /// How long one exchange may take in all.
    pub whole: Duration,
    /// How long troubles that pass are waited out in all, for one question.
    pub patience: Duration,
    /// How often one question is put, at most.
    pub tries: u32,
    /// Requests in one HTTP body, at most. An endpoint that takes fewer is asked in smaller ones from then on.
    pub batch: usize,
    /// Bytes of one answer, at most.
    pub bytes: usize,
    /// Requests a second for each endpoint; no limit if `None`.
    pub rate: Option<u32>,
    /// How many endpoints must agree on what decides; `None` for a majority, and at least two of two or more.
    pub quorum: Option<usize>,
    /// How many blocks those that are asked may be apart.
    pub lag: u64,
    /// The chain that each must serve; whatever the first says if `None`.
    pub chain: Option<ChainId>,
    /// A block that each must have, number and hash: asked for before anything else is, once.
    pub known_block: Option<(u64, B256)>,
    /// Sends carry the question for the chain's id, and so does what decides when it was asked this long ago.
    pub recheck: Duration,
    /// Ends every wait.
    pub interrupt: Interrupt,
    /// Who is told.
    pub notice: Option<Notice>,
}

impl Default for PoolPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            whole: Duration::from_secs(120),
            patience: Duration::from_secs(60),
            tries: 10,
            batch: 500,
            bytes: 32 << 20,
            rate: None,
            quorum: None,
            lag: 64,
            chain: None,
            known_block: None,
            recheck: Duration::from_secs(5),
            interrupt: Interrupt::default(),
            notice: None,
        }
    }
}

impl fmt::Debug for PoolPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolPolicy")
            .field("quorum", &self.quorum)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
