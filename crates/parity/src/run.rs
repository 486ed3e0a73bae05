//! Both comparisons, from states to tables.

use crate::{
    Moment,
    call::Call,
    error::ParityError,
    fuzz::{Campaign, Ground, Options, fuzz},
    generate::Dictionary,
    pair::{DirectAndRouted, OldAndNew},
    report::{Comparison, CounterExample, Outcome, Row},
    system::{Kind, Route, System, slot_of},
    world::{Actors, World},
};
use alloy_primitives::{Address, U256};
use payrox_model::{Manifest, RouteFlags, Selector, Verdict};
use revm::database_interface::DatabaseRef;
use std::collections::BTreeMap;

/// Inputs that earlier runs found worth keeping, by route.
pub type Inputs = BTreeMap<Selector, Vec<Vec<Call>>>;

/// Told what was done.
pub type Progress<'a> = &'a (dyn Fn(Done) + Sync);

/// Reads what was taken for empty since the last time, where the state is elsewhere. True means that there was something:
/// what stands on it must be made again.
pub type Settle<'a> = &'a dyn Fn() -> Result<bool, ParityError>;

/// What a comparison tells on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// So many runs more were made.
    Runs(u64),
    /// So many of them count for nothing, and are made again.
    Undone(u64),
    /// So many accounts and slots are known now that were not.
    Read(usize),
}

const NEVER_RETURNED: &str = "no call got through: only ways to fail were compared";
const PARTED: &str =
    "one release returned where gas ran out in the other: whether it is the same cannot be said";
const STOPPED: &str = "the router does not serve it in this state: it is paused, halted or forbidden";

/// Calls every route directly and through the router, from the same state.
///
/// # Errors
/// When the state cannot be read.
pub fn compare_routes<S: DatabaseRef + Sync>(
    system: &System,
    state: &S,
    moment: Moment,
    kept: &Inputs,
    options: &Options,
    progress: Progress<'_>,
    settle: Settle<'_>,
) -> Result<Outcome, ParityError> {
    let actors = Actors::of(&system.people);
    let (dictionary, comparable) = settled(settle, || {
        let served: Result<Vec<_>, _> = system.routes.iter().map(|r| is_served(system, r, state)).collect();
        Ok((Dictionary::of(system, &actors, state)?, served?))
    })?;
    let ground =
        Ground { system, actors: &actors, dictionary: &dictionary, comparable: &comparable, kept, options };
    let pair = || Ok(DirectAndRouted::new(World::new(system, moment, &actors, state)?));
    let campaigns = fuzz(&ground, pair, progress, settle)?;
    Ok(outcome(system, Comparison::DirectAndRouted, &comparable, options, campaigns))
}

/// Calls every route that the release before has as well, in both releases.
///
/// # Errors
/// When a state cannot be read.
pub fn compare_releases<S: DatabaseRef + Sync>(
    system: &System,
    [old, new]: [&S; 2],
    moment: Moment,
    kept: &Inputs,
    options: &Options,
    progress: Progress<'_>,
    settle: Settle<'_>,
) -> Result<Outcome, ParityError> {
    let actors = Actors::of(&system.people);
    let (dictionary, routes, comparable, disjoint) = settled(settle, || {
        let manifest = old_manifest(system, old)?;
        let wanted = |route: &&Route| options.only.is_empty() || options.only.contains(&route.selector);
        let mut asked = system.routes.iter().filter(wanted);
        let disjoint = manifest.as_ref().is_some_and(|m| asked.all(|r| m.route(r.selector).is_none()));
        let routes = manifest.map(|manifest| served(system, &manifest)).unwrap_or_default();
        let both = |route: &Route| match routes.get(&route.selector) {
            Some(before) => {
                Ok::<_, ParityError>(is_served(system, before, old)? && is_served(system, route, new)?)
            }
            None => Ok(false),
        };
        let comparable: Result<Vec<_>, _> = system.routes.iter().map(both).collect();
        Ok((Dictionary::of(system, &actors, new)?, routes, comparable?, disjoint))
    })?;
    let ground =
        Ground { system, actors: &actors, dictionary: &dictionary, comparable: &comparable, kept, options };
    let pair = || {
        let before = World::new(system, moment, &actors, old)?;
        Ok(OldAndNew::new(before, World::new(system, moment, &actors, new)?, &routes))
    };
    let campaigns = fuzz(&ground, pair, progress, settle)?;
    let mut outcome = outcome(system, Comparison::OldAndNew, &comparable, options, campaigns);
    outcome.rows.retain(|row| routes.contains_key(&row.selector));
    outcome.disjoint = disjoint;
    Ok(outcome)
}

/// What comes out when nothing of what it stands on was taken for empty.
pub(crate) fn settled<T>(
    settle: Settle<'_>,
    make: impl Fn() -> Result<T, ParityError>,
) -> Result<T, ParityError> {
    loop {
        let made = make()?;
        if !settle()? {
            return Ok(made);
        }
    }
}

/// How the release before serves what this one has too: by the manifest that its router names.
pub(crate) fn old_routes<S: DatabaseRef>(
    system: &System,
    old: &S,
) -> Result<BTreeMap<Selector, Route>, ParityError> {
    Ok(old_manifest(system, old)?.map(|manifest| served(system, &manifest)).unwrap_or_default())
}

/// The manifest of the release before; `None` where there is none that can be read.
fn old_manifest<S: DatabaseRef>(system: &System, old: &S) -> Result<Option<Manifest>, ParityError> {
    let word = old.storage_ref(system.router, system.state_slot).map_err(ParityError::state)?;
    let chunk = Address::from_word(word.into());
    let info = old.basic_ref(chunk).map_err(ParityError::state)?.unwrap_or_default();
    let code = match info.code {
        Some(code) => code,
        None => old.code_by_hash_ref(info.code_hash).map_err(ParityError::state)?,
    };
    // The first byte keeps the chunk from being called.
    let code = code.original_bytes();
    Ok(code.get(1..).and_then(|bytes| Manifest::decode(bytes).ok()))
}

fn served(system: &System, manifest: &Manifest) -> BTreeMap<Selector, Route> {
    let both = system.routes.iter().filter_map(|route| {
        let before = manifest.route(route.selector)?;
        let same_kind = before.flags.contains(RouteFlags::RECEIVE) == (route.kind == Kind::Receive);
        let facet = manifest.facet_of(before).address;
        let route = Route { facet, flags: before.flags, ..route.clone() };
        same_kind.then_some((route.selector, route))
    });
    both.collect()
}

/// Whether the router serves a route in a state: nobody stopped it.
fn is_served<S: DatabaseRef>(system: &System, route: &Route, state: &S) -> Result<bool, ParityError> {
    const BLOCKED: usize = 167;
    let read = |slot| state.storage_ref(system.router, slot).map_err(ParityError::state);
    let slot = read(slot_of(route.selector))?;
    let status: U256 = read(system.state_slot)? >> 160;
    let (paused, halted) = (status.bit(0), status.bit(1));
    let exempt = route.flags.contains(RouteFlags::PAUSE_EXEMPT);
    let stopped = route.is_cold() && (halted || paused && !exempt);
    Ok(!slot.bit(BLOCKED) && !stopped && status <= U256::from(3))
}

fn outcome(
    system: &System,
    comparison: Comparison,
    comparable: &[bool],
    options: &Options,
    campaigns: Vec<Campaign>,
) -> Outcome {
    let mut done: BTreeMap<_, _> = campaigns.into_iter().map(|c| (c.selector, c)).collect();
    let mut counter_examples: Vec<_> = done
        .values_mut()
        .flat_map(|campaign| campaign.found.drain(..))
        .map(|found| CounterExample { comparison, calls: found.calls, aspects: found.aspects })
        .collect();
    // Several routes may have met the same one on their way.
    let key = |e: &CounterExample| (e.calls.last().map(|call| call.route), e.aspects.clone());
    counter_examples.sort_by_cached_key(|e| (key(e), e.calls.len()));
    counter_examples.dedup_by_key(|e| key(e));

    let wanted = |route: &Route| options.only.is_empty() || options.only.contains(&route.selector);
    let routes = system.routes.iter().zip(comparable).filter(|(route, _)| wanted(route));
    let mut rows: Vec<_> = routes
        .map(|(route, comparable)| {
            let campaign = done.get(&route.selector);
            let found = |e: &CounterExample| e.calls.last().is_some_and(|c| c.route == route.selector);
            row(route, *comparable, campaign, counter_examples.iter().any(found))
        })
        .collect();
    rows.sort_by(|a, b| (&a.facet, &a.function).cmp(&(&b.facet, &b.function)));
    let corpus = done.values().map(|campaign| (campaign.selector, campaign.corpus().collect())).collect();
    Outcome { comparison, rows, disjoint: false, counter_examples, corpus }
}

fn row(route: &Route, comparable: bool, campaign: Option<&Campaign>, found: bool) -> Row {
    let tally = campaign.map(|campaign| campaign.tally).unwrap_or_default();
    let (verdict, note) = match tally {
        tally if tally.mismatches > 0 || found => (Verdict::Fail, None),
        _ if !comparable => (Verdict::Unknown, Some(STOPPED)),
        tally if tally.parted > 0 => (Verdict::Unknown, Some(PARTED)),
        tally if tally.returned == 0 => (Verdict::Unknown, Some(NEVER_RETURNED)),
        _ => (Verdict::Pass, None),
    };
    Row {
        facet: route.facet_name.clone(),
        function: route.signature.clone(),
        selector: route.selector,
        flags: route.flags,
        runs: tally.runs,
        returned: tally.returned,
        reverted: tally.reverted,
        undecided: tally.undecided,
        parted: tally.parted,
        paths: campaign.map_or(0, |campaign| campaign.paths() as u64),
        mismatches: tally.mismatches.max(u64::from(found)),
        verdict,
        note,
    }
}
