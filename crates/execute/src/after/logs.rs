//! What the plan's contracts logged against what they logged in the dry run, and in whose transactions.

use super::{error::Violation, storage::Expected, trace::watched};
use alloy_primitives::{Address, B256, Log, U256, b256};
use alloy_sol_types::SolCall;
use payrox_chain::{LogEntry, SentCall};
use payrox_model::abi::IManifestDispatcher;
use payrox_plan::Effect;
use std::collections::{BTreeMap, BTreeSet};

/// Topic of `PlanStaged(bytes32,uint64,Plan)`, whose first word of data is `eta`.
const PLAN_STAGED: B256 = b256!("55d950d9b33550d1cdee3baf85ca23e6738e3c3f621f96ae2ae9870765ce91df");

/// What the logs say.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) violations: Vec<Violation>,
    /// Steps that somebody else's transaction did, as planned.
    pub(crate) by_others: Vec<(String, B256)>,
    /// Logs that are as in the dry run.
    pub(crate) equal: usize,
    /// Transactions and the block of each, by step.
    blocks: BTreeMap<String, (u64, Option<u64>)>,
}

/// Transactions in the order of their logs.
pub(crate) fn by_transaction(logs: &[LogEntry]) -> Vec<(B256, Vec<&LogEntry>)> {
    let mut groups: Vec<(B256, Vec<&LogEntry>)> = Vec::new();
    for log in logs {
        match groups.iter_mut().find(|(tx, _)| *tx == log.tx) {
            Some((_, group)) => group.push(log),
            None => groups.push((log.tx, vec![log])),
        }
    }
    groups
}

impl Seen {
    /// The block of a step that logged, and its time where the node said it along.
    pub(crate) fn block_of(&self, expected: &Expected<'_>, effect: &Effect) -> Option<(u64, Option<u64>)> {
        let step = expected.plan.steps.iter().find(|step| step.effect == *effect)?;
        self.blocks.get(&step.name).copied()
    }
}

/// Compares logs; `done` are the steps of this run by transaction, `calls` what other transactions call.
pub(crate) fn compare(
    expected: &Expected<'_>,
    logs: &[LogEntry],
    done: &BTreeMap<B256, String>,
    calls: &BTreeMap<B256, Option<SentCall>>,
) -> Seen {
    let mut seen = Seen::default();
    let core = expected.plan.addresses;
    let watched = watched(expected.plan);
    let strict = |address: &Address| {
        let shared = [core.factory, core.launcher].contains(address);
        // Users' calls reach the router and what it routes to as soon as it serves anything.
        let live = expected.plan.epoch.0 > 1 && *address != core.dispatcher;
        let public = live || expected.plan.diamond.is_some();
        watched.contains(address) && !shared && !public
    };
    for (tx, group) in by_transaction(logs) {
        let other = calls.get(&tx).and_then(Option::as_ref);
        let step = match done.get(&tx) {
            Some(step) => Some(step.clone()),
            None => other.and_then(|call| step_of(expected, call)),
        };
        let Some(step) = step else {
            let cancels = other.is_some_and(|call| cancels(expected, call));
            let stranger = group.iter().find(|log| strict(&log.address)).filter(|_| !cancels);
            if let Some(log) = stranger {
                let (what, address) = (expected.what(log.address), log.address);
                seen.violations.push(Violation::Foreign { what, address, tx });
            } else {
                seen.front_run(expected, tx, &group);
            }
            continue;
        };
        if !done.contains_key(&tx) {
            seen.by_others.push((step.clone(), tx));
        }
        let block = (group[0].block, group[0].timestamp);
        seen.blocks.insert(step.clone(), block);
        seen.step(expected, &step, tx, &group);
    }
    seen.missing(expected, done);
    seen
}

impl Seen {
    /// A deployment that a stranger did, as the plan would have.
    fn front_run(&mut self, expected: &Expected<'_>, tx: B256, group: &[&LogEntry]) {
        for traced in &expected.trace.steps {
            let all = !traced.logs.is_empty()
                && traced.logs.iter().all(|log| group.iter().any(|found| is(log, found)));
            if all {
                self.equal += traced.logs.len();
                self.by_others.push((traced.name.clone(), tx));
            }
        }
    }

    fn step(&mut self, expected: &Expected<'_>, step: &str, tx: B256, group: &[&LogEntry]) {
        // What was true before the dry run began was not executed there.
        let Some(traced) = expected.trace.steps.iter().find(|traced| traced.name == step) else { return };
        let mut wanted = traced.logs.iter();
        for found in group {
            let why = match wanted.next() {
                None => Some("it is one log more".to_owned()),
                Some(log) if is(log, found) => None,
                Some(log) => staged(expected, log, found),
            };
            match why {
                None => self.equal += 1,
                Some(why) => {
                    let (what, address) = (expected.what(found.address), found.address);
                    let step = step.to_owned();
                    return self.violations.push(Violation::OtherLog { step, what, address, tx, why });
                }
            }
        }
        if let Some(log) = wanted.next() {
            let (what, address) = (expected.what(log.address), log.address);
            self.violations.push(Violation::NoLog { step: step.to_owned(), what, address });
        }
    }

    /// A step of this run whose transaction logged nothing, and nobody else's did in its place.
    fn missing(&mut self, expected: &Expected<'_>, done: &BTreeMap<B256, String>) {
        let logged: BTreeSet<&str> = self.blocks.keys().map(String::as_str).collect();
        let mut found = Vec::new();
        for step in done.values() {
            let traced = expected.trace.steps.iter().find(|traced| traced.name == *step);
            let Some(log) = traced.and_then(|traced| traced.logs.first()) else { continue };
            let others = self.by_others.iter().any(|(name, _)| name == step);
            if !logged.contains(step.as_str()) && !others {
                let (what, address) = (expected.what(log.address), log.address);
                found.push(Violation::NoLog { step: step.clone(), what, address });
            }
        }
        self.violations.extend(found);
    }
}

fn is(log: &Log, found: &LogEntry) -> bool {
    log.address == found.address && log.topics() == found.topics && log.data.data == found.data
}

/// Why a log is another; `None` if only its `eta` is, as the block's time makes it.
fn staged(expected: &Expected<'_>, log: &Log, found: &LogEntry) -> Option<String> {
    if log.address != found.address {
        return Some(format!("in its place it was {}", expected.what(log.address)));
    }
    if log.topics() != found.topics {
        return Some("it is another event, or about something else".into());
    }
    let (wanted, data) = (log.data.data.as_ref(), found.data.as_ref());
    let time = log.topics().first() == Some(&PLAN_STAGED) && wanted.len() == data.len() && data.len() >= 32;
    if !time || wanted[32..] != data[32..] {
        return Some("its data are others".into());
    }
    let eta: u64 = U256::from_be_slice(&data[..32]).saturating_to();
    let right = expected.eta(found.timestamp).iter().any(|(least, most)| (*least..=*most).contains(&eta));
    (!right).then(|| format!("its eta is {eta}"))
}

fn step_of(expected: &Expected<'_>, call: &SentCall) -> Option<String> {
    let same = |planned: &payrox_plan::Call| Some(planned.to) == call.to && planned.data == call.data;
    expected.plan.steps.iter().find(|step| step.call.as_ref().is_some_and(same)).map(|step| step.name.clone())
}

/// It takes this plan back: an operator's own doing.
fn cancels(expected: &Expected<'_>, call: &SentCall) -> bool {
    let cancel = IManifestDispatcher::cancelCall { planId: expected.plan.plan_id.0 }.abi_encode();
    call.to == Some(expected.plan.addresses.dispatcher) && call.data.as_ref() == cancel.as_slice()
}
