//! A state that is elsewhere: calls run on what is known of it, and what they lacked is read at once.
//!
//! Calls are cheap and a round trip is not. What is not known is taken for empty and noted; when a round of calls is over, all of it
//! is read together, and the round is made again. What is told of in the end stands on nothing that was not read.

use crate::{
    error::ParityError,
    run::{Done, Progress},
};
use payrox_devnet::{Devnet, Unread};
use std::cell::Cell;

/// Accounts and slots that one comparison may read, and round trips that it may wait for, at most.
const READS: usize = 1 << 16;
const ROUNDS: usize = 512;

/// What one comparison reads of the chain that an embedded one is a fork of.
pub(crate) struct Reading<'a> {
    chain: &'a Devnet,
    pub(crate) unread: Unread,
    progress: Progress<'a>,
    reads: Cell<usize>,
    rounds: Cell<usize>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(chain: &'a Devnet, progress: Progress<'a>) -> Self {
        Self { chain, unread: Unread::default(), progress, reads: Cell::default(), rounds: Cell::default() }
    }

    /// Reads what was noted; whether there was anything.
    pub(crate) fn settle(&self) -> Result<bool, ParityError> {
        let unread = self.unread.take();
        let Some(fork) = self.chain.forks().filter(|_| !unread.is_empty()) else { return Ok(false) };
        self.reads.set(self.reads.get() + unread.len());
        self.rounds.set(self.rounds.get() + 1);
        if self.reads.get() > READS || self.rounds.get() > ROUNDS {
            return Err(ParityError::Reads { reads: self.reads.get(), upstream: fork.upstream() });
        }
        fork.fetch(&unread).map_err(ParityError::state)?;
        (self.progress)(Done::Read(unread.len()));
        Ok(true)
    }
}
