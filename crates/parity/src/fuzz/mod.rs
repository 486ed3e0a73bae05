//! Many calls of each route, in rounds.
//!
//! What one round finds worth starting from is the state that the next one starts from: first single calls, then calls after
//! calls that changed something. A route is always worked on by one thread, from numbers of its own, against what all routes
//! had found at the end of the round before: the same seed gives the same run on any number of threads. At the end, routes that no
//! call got through are tried more often.

mod campaign;
mod shrink;

pub(crate) use campaign::{Campaign, Found};
pub(crate) use shrink::shrink;

use crate::{
    error::ParityError,
    generate::Dictionary,
    pair::Pair,
    run::{Done, Progress, Settle},
    system::{Route, System},
    world::Actors,
};
use payrox_model::Selector;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
};

/// How much is done, and from which numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Runs of each route; a run is a call in both ways.
    pub runs: u64,
    /// Where all numbers come from.
    pub seed: u64,
    /// Only these routes; all if there is none.
    pub only: Vec<Selector>,
    /// Threads.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { runs: 1_000, seed: 1, only: Vec::new(), threads: threads.min(16) }
    }
}

/// What part of the runs each round has, in tenths. In the first, every call is the first one.
const ROUNDS: [u64; 6] = [2, 2, 2, 2, 1, 1];

/// So many rounds more, each of all runs, has a route that no call got through.
const EXTRA: usize = 16;

/// What every thread reads.
pub(crate) struct Ground<'a> {
    pub(crate) system: &'a System,
    pub(crate) actors: &'a Actors,
    pub(crate) dictionary: &'a Dictionary,
    /// Whether each route can be compared.
    pub(crate) comparable: &'a [bool],
    /// What earlier runs kept for a route.
    pub(crate) kept: &'a BTreeMap<Selector, Vec<Vec<crate::call::Call>>>,
    pub(crate) options: &'a Options,
}

/// Runs all of it. `pair` makes the two ways anew, for each thread. A round that met what was not known is made again
/// when it is.
pub(crate) fn fuzz<P: Pair>(
    ground: &Ground<'_>,
    pair: impl Fn() -> Result<P, ParityError> + Sync,
    progress: Progress<'_>,
    settle: Settle<'_>,
) -> Result<Vec<Campaign>, ParityError> {
    let options = ground.options;
    let wanted = |route: &Route| options.only.is_empty() || options.only.contains(&route.selector);
    let routes = ground.system.routes.iter().zip(ground.comparable);
    let routes: Vec<_> = routes.filter(|(route, comparable)| **comparable && wanted(route)).collect();
    let mut campaigns: Vec<_> = routes.iter().map(|(route, _)| Campaign::new(route, ground)).collect();
    let mut pool = Vec::new();
    let mut round = 0;
    while round < ROUNDS.len() + EXTRA {
        let extra = round >= ROUNDS.len();
        let runs = if extra { options.runs } else { share(options.runs, round) };
        let (next, made) = (AtomicUsize::new(0), AtomicU64::new(0));
        let tried: Vec<_> = campaigns.iter().cloned().map(Mutex::new).collect();
        let work = || -> Result<(), ParityError> {
            let mut pair = pair()?;
            while let Some(campaign) = tried.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut campaign = campaign.lock().unwrap_or_else(PoisonError::into_inner);
                if !extra || campaign.tally.returned == 0 {
                    campaign.round(ground, &mut pair, runs, &pool)?;
                    if !extra {
                        made.fetch_add(runs, Ordering::Relaxed);
                        progress(Done::Runs(runs));
                    }
                }
            }
            Ok(())
        };
        let threads = options.threads.clamp(1, campaigns.len().max(1));
        thread::scope(|scope| {
            let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mine = work();
            workers.into_iter().fold(mine, |done, worker| {
                // A panic goes on here as one.
                done.and(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            })
        })?;
        if settle()? {
            progress(Done::Undone(made.into_inner()));
            continue;
        }
        let tried = tried.into_iter().map(|c| c.into_inner().unwrap_or_else(PoisonError::into_inner));
        campaigns = tried.collect();
        pool = campaigns.iter().flat_map(Campaign::starts).cloned().collect();
        round += 1;
    }
    Ok(campaigns)
}

/// The runs of a round; all rounds together have all.
fn share(runs: u64, round: usize) -> u64 {
    let upto = |rounds: &[u64]| {
        let tenths: u64 = rounds.iter().sum();
        runs / 10 * tenths + runs % 10 * tenths / 10
    };
    upto(&ROUNDS[..=round]) - upto(&ROUNDS[..round])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rounds_together_have_exactly_the_runs_that_were_asked_for() {
        for runs in [0, 1, 7, 10, 999, 1_000, 123_457, u64::MAX] {
            assert_eq!((0..ROUNDS.len()).map(|round| share(runs, round)).sum::<u64>(), runs);
        }
    }
}
