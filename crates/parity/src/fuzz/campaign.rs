//! All that is done with one route.

use super::{Ground, shrink};
use crate::{
    call::Call,
    compare::Aspect,
    error::ParityError,
    generate::{Maker, encode},
    pair::{Judged, Pair},
    system::Route,
    world::{EDGES, Effects, Ending, Field},
};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{U256, map::HashSet};
use fastrand::Rng;
use payrox_model::Selector;

/// Runs after the same calls before.
const BATCH: u64 = 16;
/// Calls before a call, at most.
const BEFORE: usize = 8;
/// Inputs that found something, at most.
const CORPUS: usize = 256;
/// Of those, what the other routes are given to start from, at most.
const STARTS: usize = 24;
/// Slots that are remembered to be read, at most.
const READS: usize = 4_096;
/// Paths told apart, at most.
const PATHS: usize = 1 << 16;
/// Counter-examples that are kept, at most.
const FOUND: usize = 4;

/// A call that found something new, and the calls that went before it.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) before: Vec<Call>,
    pub(crate) call: Call,
    pub(crate) values: Vec<DynSolValue>,
    /// The slots that the call changed.
    writes: Vec<U256>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) returned: u64,
    pub(crate) reverted: u64,
    pub(crate) undecided: u64,
    /// Of those that are undecided, in which one way returned.
    pub(crate) parted: u64,
    pub(crate) mismatches: u64,
}

/// Calls whose last one is not the same in both ways.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) calls: Vec<Call>,
    pub(crate) aspects: Vec<Aspect>,
}

impl Found {
    pub(crate) fn route(&self) -> Option<Selector> {
        self.calls.last().map(|call| call.route)
    }
}

#[derive(Clone)]
pub(crate) struct Campaign {
    pub(crate) selector: Selector,
    pub(crate) tally: Tally,
    pub(crate) found: Vec<Found>,
    corpus: Vec<Seed>,
    starts: Vec<Seed>,
    seen: Box<[u8; EDGES]>,
    paths: HashSet<u64>,
    /// Slots that its calls read: who writes one of them may open a way.
    reads: HashSet<U256>,
    seed: u64,
    /// Inputs of earlier runs, to be tried first.
    kept: Vec<Vec<Call>>,
}

impl Campaign {
    pub(crate) fn new(route: &Route, ground: &Ground<'_>) -> Self {
        let own = u64::from(u32::from_be_bytes(route.selector.0));
        let mut kept = ground.kept.get(&route.selector).cloned().unwrap_or_default();
        kept.reverse();
        Self {
            selector: route.selector,
            tally: Tally::default(),
            found: Vec::new(),
            corpus: Vec::new(),
            starts: Vec::new(),
            seen: Box::new([0; EDGES]),
            paths: HashSet::default(),
            reads: HashSet::default(),
            seed: Rng::with_seed(ground.options.seed ^ own.wrapping_mul(0x9e37_79b9_7f4a_7c15)).u64(..),
            kept,
        }
    }

    /// Paths that were told apart, and whether there were more.
    pub(crate) fn paths(&self) -> usize {
        self.paths.len()
    }

    /// Inputs worth keeping: each found something that none before it had.
    pub(crate) fn corpus(&self) -> impl Iterator<Item = Vec<Call>> {
        self.corpus.iter().map(|seed| [seed.before.as_slice(), std::slice::from_ref(&seed.call)].concat())
    }

    /// What others may start from: calls that changed something.
    pub(crate) fn starts(&self) -> impl Iterator<Item = &Seed> {
        self.starts.iter()
    }

    pub(crate) fn round<P: Pair>(
        &mut self,
        ground: &Ground<'_>,
        pair: &mut P,
        runs: u64,
        pool: &[Seed],
    ) -> Result<(), ParityError> {
        let Some(route) = ground.system.route(self.selector) else { return Ok(()) };
        let mut maker =
            Maker::new(ground.system, ground.actors, ground.dictionary, ground.comparable, self.seed);
        let writes_read = |seed: &&Seed| seed.writes.iter().any(|slot| self.reads.contains(slot));
        let pool: Vec<_> = pool.iter().collect();
        let opening: Vec<_> = pool.iter().copied().filter(writes_read).collect();
        let mut left = runs;
        while left > 0 {
            let given = if left * 2 > runs { self.kept.pop() } else { None };
            let batch = if given.is_some() { 1 } else { left.min(BATCH) };
            let (before, last) = match given {
                Some(mut calls) => {
                    let last = calls.pop();
                    (calls, last)
                }
                None => (choose(&mut maker.rng, &opening, &pool), None),
            };
            maker.forget();
            let before = self.prepare(ground, pair, &mut maker, before)?;
            match last {
                Some(call) => {
                    let values = decode(route, &call);
                    self.run(ground, pair, route, &before, call, values)?;
                }
                None => {
                    for _ in 0..batch {
                        let (call, values) = self.make(&mut maker, route);
                        self.run(ground, pair, route, &before, call, values)?;
                    }
                }
            }
            pair.rewind();
            left -= batch;
        }
        self.seed = maker.rng.u64(..);
        Ok(())
    }

    /// Makes the calls that go before; those that were made.
    fn prepare<P: Pair>(
        &mut self,
        ground: &Ground<'_>,
        pair: &mut P,
        maker: &mut Maker<'_>,
        before: Vec<Call>,
    ) -> Result<Vec<Call>, ParityError> {
        let mut made = Vec::with_capacity(before.len());
        for call in before {
            let Some(route) = ground.system.route(call.route) else { continue };
            let judged = pair.judge(route, &call, true)?;
            if !judged.aspects.is_empty() {
                self.keep(ground, pair, &made, call, judged)?;
                return self.again(ground, pair, made);
            }
            let [left, _] = pair.effects();
            if left.ending == Ending::Returned && !judged.undecided {
                maker.learn(call.from, words(&call, left));
                made.push(call);
            }
        }
        Ok(made)
    }

    /// Back to where these calls lead: a counter-example was made small in between.
    fn again<P: Pair>(
        &self,
        ground: &Ground<'_>,
        pair: &mut P,
        calls: Vec<Call>,
    ) -> Result<Vec<Call>, ParityError> {
        pair.rewind();
        for call in &calls {
            if let Some(route) = ground.system.route(call.route) {
                pair.judge(route, call, true)?;
            }
        }
        Ok(calls)
    }

    fn make(&self, maker: &mut Maker<'_>, route: &Route) -> (Call, Vec<DynSolValue>) {
        let like = !self.corpus.is_empty() && maker.rng.u8(..) < 140;
        match maker.rng.choice(&self.corpus) {
            Some(seed) if like => maker.like(route, &seed.call, &seed.values),
            _ => maker.fresh_call(route),
        }
    }

    fn run<P: Pair>(
        &mut self,
        ground: &Ground<'_>,
        pair: &mut P,
        route: &Route,
        before: &[Call],
        call: Call,
        values: Vec<DynSolValue>,
    ) -> Result<(), ParityError> {
        let judged = pair.judge(route, &call, false)?;
        self.tally.runs += 1;
        let [left, _] = pair.effects();
        // What is undecided was compared in nothing: it counts as neither.
        let returned = left.ending == Ending::Returned && !judged.undecided;
        let changed = !left.changes.is_empty();
        self.tally.returned += u64::from(returned);
        self.tally.reverted += u64::from(!returned && !judged.undecided);
        self.tally.undecided += u64::from(judged.undecided);
        self.tally.parted += u64::from(judged.parted);
        if self.paths.len() < PATHS {
            self.paths.insert(pair.lens().path());
        }
        let new = pair.lens().merge_into(&mut self.seen);
        if self.reads.len() < READS {
            self.reads.extend(pair.lens().reads());
        }
        if !judged.aspects.is_empty() {
            self.tally.mismatches += 1;
            self.keep(ground, pair, before, call, judged)?;
            self.again(ground, pair, before.to_vec())?;
            return Ok(());
        }
        let starts = returned && changed && before.len() < BEFORE && (new || self.starts.len() < STARTS);
        if !new && !starts {
            return Ok(());
        }
        let [left, _] = pair.effects();
        let written = left.changes.iter().filter_map(|change| match change.field {
            Field::Slot(slot) => Some(slot),
            _ => None,
        });
        let seed = Seed { before: before.to_vec(), call, values, writes: written.collect() };
        if starts {
            // What is new takes the place of what is not.
            if self.starts.len() >= STARTS {
                self.starts.remove(0);
            }
            self.starts.push(seed.clone());
        }
        if new && self.corpus.len() < CORPUS {
            self.corpus.push(seed);
        }
        Ok(())
    }

    /// Keeps a counter-example, made small, if none of its kind is there.
    fn keep<P: Pair>(
        &mut self,
        ground: &Ground<'_>,
        pair: &mut P,
        before: &[Call],
        call: Call,
        judged: Judged,
    ) -> Result<(), ParityError> {
        let known = |found: &Found| found.route() == Some(call.route) && found.aspects == judged.aspects;
        if self.found.len() >= FOUND || self.found.iter().any(known) {
            return Ok(());
        }
        let mut calls = before.to_vec();
        calls.push(call);
        let found = Found { calls, aspects: judged.aspects };
        self.found.push(shrink(ground.system, pair, found)?);
        Ok(())
    }
}

/// Some calls to start from, of which later ones may need earlier ones: mostly those that write what is read here.
fn choose(rng: &mut Rng, opening: &[&Seed], pool: &[&Seed]) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    if pool.is_empty() || rng.u8(..) < 16 {
        return calls;
    }
    for _ in 0..1 + rng.usize(..3) {
        let chosen = match rng.choice(opening) {
            Some(seed) if rng.u8(..) < 200 => Some(seed),
            _ => rng.choice(pool),
        };
        if let Some(seed) = chosen
            && calls.len() + seed.before.len() < BEFORE
        {
            for call in seed.before.iter().chain([&seed.call]) {
                if !calls.contains(call) {
                    calls.push(call.clone());
                }
            }
        }
    }
    // What was done once is sometimes not enough: a deposit that a first payment took whole.
    if !calls.is_empty() && calls.len() < BEFORE && rng.u8(..) < 80 {
        let at = rng.usize(..calls.len());
        calls.insert(at, calls[at].clone());
    }
    calls
}

/// The words that a call brought up: what it said, what it logged, what it changed, what it was told.
fn words<'a>(call: &'a Call, effects: &'a Effects) -> impl Iterator<Item = U256> + 'a {
    let said = |data: &'a [u8]| data.chunks_exact(32).map(U256::from_be_slice);
    let output = said(&effects.output).take(4);
    let logged = effects.logs.iter().flat_map(move |log| {
        let topics = log.topics().iter().skip(1).map(|topic| U256::from_be_bytes(topic.0));
        topics.chain(said(&log.data.data).take(4))
    });
    let told = call.data.get(4..).map(|data| said(data).take(8)).into_iter().flatten();
    output.chain(logged).chain(told).filter(|word| !word.is_zero())
}

/// The values in a call's data, where it is well formed.
pub(crate) fn decode(route: &Route, call: &Call) -> Vec<DynSolValue> {
    let types = DynSolType::Tuple(route.inputs.iter().map(|input| input.ty.clone()).collect());
    let decoded = call.data.get(4..).and_then(|data| types.abi_decode_params(data).ok());
    match decoded {
        Some(DynSolValue::Tuple(values)) if values.len() == route.inputs.len() => values,
        _ => route.inputs.iter().map(|input| crate::generate::simplest(&input.ty)).collect(),
    }
}

/// Whether a call's data is what an encoder makes of the values in it.
pub(crate) fn is_canonical(route: &Route, call: &Call) -> bool {
    encode(route, &decode(route, call)) == call.data.as_ref()
}
