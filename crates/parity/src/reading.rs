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

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, U256};
    use payrox_devnet::{Clock, Fetched, Fork, ForkPoint, Upstream, Wanted};
    use payrox_model::{ChainId, Fault as _};
    use revm::database_interface::DatabaseRef as _;

    /// Every slot is its own number, and nobody has anything.
    #[derive(Debug)]
    struct Numbers;

    impl Upstream for Numbers {
        fn name(&self) -> String {
            "numbers".into()
        }

        fn fetch(&self, wanted: &[Wanted]) -> Result<Vec<Fetched>, String> {
            let one = |wanted: &Wanted| match wanted {
                Wanted::Slot(_, U256::MAX) => Err("gone".to_owned()),
                Wanted::Slot(_, key) => Ok(Fetched::Slot(*key)),
                _ => Err("not asked for".to_owned()),
            };
            wanted.iter().map(one).collect()
        }
    }

    fn fork() -> Devnet {
        let point = ForkPoint { chain_id: ChainId(1), header: Default::default(), hash: Default::default() };
        Devnet::forked(&Fork::new(point, Box::new(Numbers)), Clock::Steps)
    }

    #[test]
    fn prx_v03_what_was_taken_for_empty_is_read_at_once_and_a_chain_that_does_not_answer_is_an_error() {
        let chain = fork();
        let reading = Reading::of(&chain, &|_| ());
        let state = chain.state();
        let state = state.guessing(&reading.unread);
        let slot = |key: u64| state.storage_ref(Address::ZERO, U256::from(key)).unwrap();
        assert_eq!((slot(7), slot(8)), (U256::ZERO, U256::ZERO));
        assert!(reading.settle().unwrap());
        assert_eq!((slot(7), slot(8)), (U256::from(7), U256::from(8)));
        assert!(!reading.settle().unwrap());
        state.storage_ref(Address::ZERO, U256::MAX).unwrap();
        assert_eq!(reading.settle().unwrap_err().code().0, "PRX-PAR-010");
    }

    #[test]
    fn prx_v03_more_than_the_bound_is_not_read() {
        let chain = fork();
        let reading = Reading::of(&chain, &|_| ());
        let state = chain.state();
        let state = state.guessing(&reading.unread);
        for key in 0..=READS {
            state.storage_ref(Address::ZERO, U256::from(key)).unwrap();
        }
        assert!(reading.settle().unwrap(), "so many are noted");
        state.storage_ref(Address::ZERO, U256::from(READS)).unwrap();
        assert_eq!(reading.settle().unwrap_err().code().0, "PRX-PAR-019");
    }
}
