//! What happens during a run, for whoever shows it.

use crate::Cost;
use alloy_primitives::{Address, B256};
use payrox_model::{Epoch, Gas};

/// One visible fact.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum Event {
    /// The run begins: how many steps, who signs and where the keys came from.
    Started { steps: usize, signers: Vec<(Address, String)> },
    /// A step is true already.
    Skipped { step: String, reason: String },
    /// The dry run went through.
    Rehearsed { steps: usize, gas: Gas },
    /// What the transactions of an account may cost at most, and what it has.
    Cost(Cost),
    /// Of so many transactions the chain was not asked what they take: what they stand on is on its way with them.
    NotEstimated { steps: usize },
    /// Transactions of this account are about to be signed.
    Signing { from: Address },
    /// Transactions were written to a file, for somebody else to sign.
    Unsigned { path: String, transactions: usize },
    /// A transaction is about to leave.
    Sending { step: String, from: Address, nonce: u64, tx: B256 },
    /// It is in a block, and what it was for is true.
    Done { step: String, tx: B256, block: u64, gas: Gas },
    /// The node had forgotten a transaction: the same bytes were sent again.
    Resent { step: String, tx: B256 },
    /// A transaction waited too long: the same call with the same nonce was sent, and offers more.
    Raised { step: String, tx: B256, max_fee: u128 },
    /// A reorganisation of the chain took a transaction out of its block.
    Unwound { step: String, tx: B256, block: u64 },
    /// Everything is done, and not final yet: the block it was seen in, the newest that is final, and the newest.
    Settling { block: u64, last: u64, newest: u64 },
    /// Something that should be known, and does not stop the run.
    Warned { what: String },
    /// Chain time was moved forward: only on development chains.
    TimeSkipped { seconds: u64, eta: u64 },
    /// A wait of more than a moment.
    Waiting { what: String, until: Option<u64> },
    /// The plan is active.
    Activated { epoch: Epoch },
    /// An earlier run left something behind, and what is done about it.
    Recovered { what: String },
    /// A file was written for people.
    Wrote { path: String },
}

/// Who is told.
pub trait Observer: Send + Sync {
    /// Called for each fact, in order.
    fn event(&self, event: &Event);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: &Event) {}
}
