//! The record of a rehearsal: `.payrox/rehearsals/<hash of the plan>.json`. The real run is compared with it.

use crate::context::Context;
use alloy_primitives::{Address, B256, U256};
use payrox_devnet::{Change, Fork};
use payrox_execute::{RunResult, StepOutcome, WholeRehearsal};
use payrox_files::{read_text, to_canonical_json, write_derived};
use payrox_model::{BoxFault, ChainId, Gas, Name, PlanId, Root, limits, text::escape};
use payrox_plan::{Inverse, Plan};
use payrox_validate::{Part, Rehearsed};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Version of the record's format.
const VERSION: u32 = 2;
/// Largest record that is read.
const LIMIT: u64 = 64 << 20;
/// By more than this many hundredths another gas is worth a word.
const DRIFT: u64 = 1;

/// A rehearsal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Record {
    version: u32,
    /// Content hash of the plan.
    pub(crate) plan: B256,
    plan_id: PlanId,
    chain_id: ChainId,
    network: Name,
    pub(crate) ground: Ground,
    /// No endpoint was asked: the ground is what was read of it some time before.
    pub(crate) offline: bool,
    pub(crate) steps: Vec<Step>,
    /// The root that was active then.
    root: Option<Root>,
    /// Routes whose proof the dispatcher did not accept.
    refused_proofs: Vec<String>,
    /// What the way back took, in its dearest transaction.
    pub(crate) inverse_gas: Gas,
    /// What was other than before after the way back, and should not.
    pub(crate) differences: Vec<String>,
    /// Why that is not known.
    pub(crate) not_compared: Option<String>,
    passed: bool,
    /// What was other than before, also where that is meant.
    left: Vec<Changed>,
}

/// Where it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Ground {
    /// On an empty embedded chain.
    Empty,
    /// On a copy of the embedded chain.
    Copy { block: u64, block_hash: B256 },
    /// On a fork of a remote chain.
    Fork { endpoint: String, block: u64, block_hash: B256 },
}

impl Ground {
    /// In words, without a verb.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Empty => "an empty embedded chain".into(),
            Self::Copy { block, .. } => format!("a copy of the embedded chain at block {block}"),
            Self::Fork { endpoint, block, .. } => format!("a fork of {} at block {block}", escape(endpoint)),
        }
    }
}

impl From<&Fork> for Ground {
    fn from(fork: &Fork) -> Self {
        let point = fork.point();
        Self::Fork { endpoint: fork.upstream(), block: point.header.number, block_hash: point.hash }
    }
}

/// A transaction that was tried.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) gas: Option<Gas>,
    pub(crate) micros: u64,
    pub(crate) failure: Option<String>,
    pub(crate) changes: Vec<Changed>,
}

/// What it changed of an account: before and after.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Changed {
    pub(crate) address: Address,
    pub(crate) what: String,
    balance: Option<[U256; 2]>,
    nonce: Option<[u64; 2]>,
    /// The hash of new code.
    pub(crate) code: Option<B256>,
    pub(crate) slots: BTreeMap<B256, [B256; 2]>,
}

impl Record {
    pub(crate) fn of(
        plan: &Plan,
        network: &Name,
        (ground, offline): (Ground, bool),
        whole: &WholeRehearsal,
    ) -> Self {
        let seen = &whole.rehearsed;
        let mut done = whole.done.iter().peekable();
        let steps = seen.steps.iter().map(|step| {
            let done = done.next_if(|done| step.gas.is_some() && done.name == step.name);
            Step {
                name: step.name.clone(),
                part: step.part,
                gas: step.gas,
                micros: done.map_or(0, |d| u64::try_from(d.took.as_micros()).unwrap_or(u64::MAX)),
                failure: step.failure.clone(),
                changes: done.map(|d| changed(plan, &d.changes)).unwrap_or_default(),
            }
        });
        let back = seen.of(Part::WayBack).filter_map(|step| step.gas).max();
        let refused = seen.proofs.iter().filter(|(_, accepted)| !**accepted);
        Self {
            version: VERSION,
            plan: plan.content_hash,
            plan_id: plan.plan_id,
            chain_id: plan.chain_id,
            network: network.clone(),
            ground,
            offline,
            steps: steps.collect(),
            root: seen.root,
            refused_proofs: refused.map(|(selector, _)| selector.to_string()).collect(),
            inverse_gas: back.unwrap_or_default(),
            differences: seen.differences.clone(),
            not_compared: seen.not_compared.clone(),
            passed: passed(plan, seen),
            left: changed(plan, &whole.left),
        }
    }

    /// Whether everything was as it should be, and the way back fits.
    pub(crate) fn passed(&self) -> bool {
        self.passed
    }

    /// What is other than in an earlier rehearsal of the same plan.
    pub(crate) fn against(&self, before: &Self) -> String {
        let gas: Vec<_> =
            self.steps.iter().filter_map(|step| Some((step.name.as_str(), step.gas?))).collect();
        let drift = drift(before, &gas);
        match drift.as_slice() {
            [] => "each step takes what it took in the rehearsal before".into(),
            drift => format!("other than in the rehearsal before:\n  {}", drift.join("\n  ")),
        }
    }
}

fn passed(plan: &Plan, seen: &Rehearsed) -> bool {
    let ran = |part| seen.of(part).next().is_some();
    // A first release has nothing that it could be compared with, a diamond nothing that stops it.
    let first = matches!(plan.inverse, Inverse::PauseAndFreeze { .. });
    seen.steps.iter().all(|step| step.failure.is_none())
        && (ran(Part::Exercise) || plan.diamond.is_some())
        && ran(Part::WayBack)
        && seen.proofs.values().all(|accepted| *accepted)
        && seen.of(Part::WayBack).filter_map(|step| step.gas).all(|gas| gas.0 < limits::TX_GAS)
        && seen.differences.is_empty()
        && (seen.not_compared.is_none() || first)
}

fn changed(plan: &Plan, changes: &[Change]) -> Vec<Changed> {
    let core = plan.addresses;
    let named = [
        (core.dispatcher, "dispatcher"),
        (core.router, "router"),
        (core.factory, "factory"),
        (core.extension, "extension"),
        (core.implementation, "implementation"),
        (core.launcher, "launcher"),
        (plan.manifest.address, "manifest"),
    ];
    let what = |address: Address| {
        let facet = plan.facets.iter().find(|facet| facet.address == address);
        let named = named.iter().find(|(at, _)| *at == address).map(|(_, name)| (*name).to_owned());
        named.or(facet.map(|facet| format!("facet {}", facet.name))).unwrap_or_else(|| "account".into())
    };
    let one = |change: &Change| Changed {
        address: change.address,
        what: what(change.address),
        balance: (change.balance.0 != change.balance.1).then_some([change.balance.0, change.balance.1]),
        nonce: (change.nonce.0 != change.nonce.1).then_some([change.nonce.0, change.nonce.1]),
        code: (change.code_hash.0 != change.code_hash.1).then_some(change.code_hash.1),
        slots: change
            .slots
            .iter()
            .map(|(key, (before, after))| (B256::from(*key), [B256::from(*before), B256::from(*after)]))
            .collect(),
    };
    changes.iter().map(one).collect()
}

fn file(context: &Context<'_>, plan: B256) -> PathBuf {
    context.folder().join(".payrox").join("rehearsals").join(format!("{plan:#x}.json"))
}

/// The last rehearsal of a plan. One that cannot be read is none: it is made again in a moment.
pub(crate) fn read(context: &Context<'_>, plan: B256) -> Option<Record> {
    let text = read_text(&file(context, plan), LIMIT).ok()?;
    let record: Record = serde_json::from_str(&text).ok()?;
    (record.version == VERSION && record.plan == plan).then_some(record)
}

/// Writes a record in place of the one before.
pub(crate) fn write(context: &Context<'_>, record: &Record) -> Result<PathBuf, BoxFault> {
    let file = file(context, record.plan);
    let text = to_canonical_json(record).map_err(payrox_plan::PlanError::from)?;
    write_derived(&file, text.as_bytes())?;
    Ok(file)
}

/// What a run used that its rehearsal did not, for people; `None` where it was not rehearsed or nothing was sent.
pub(crate) fn compare(context: &Context<'_>, plan: &Plan, result: &RunResult) -> Option<String> {
    let record = read(context, plan.content_hash)?;
    let done = result.steps.iter().filter(|step| step.outcome == StepOutcome::Done);
    let gas: Vec<_> = done.filter_map(|step| Some((step.name.as_str(), step.gas_used?))).collect();
    if gas.is_empty() {
        return None;
    }
    // A transaction that was paid for costs a bit more: what its fee touches was free in the rehearsal.
    Some(match drift(&record, &gas).as_slice() {
        [] => format!("the gas of {} steps is that of the rehearsal", gas.len()),
        drift => format!("other than in the rehearsal: {}", drift.join("; ")),
    })
}

fn drift(record: &Record, gas: &[(&str, Gas)]) -> Vec<String> {
    let rehearsed = |name: &str| record.steps.iter().find(|step| step.name == name)?.gas;
    let off = |now: Gas, then: Gas| now.0.abs_diff(then.0) > then.0 * DRIFT / 100;
    gas.iter()
        .filter_map(|(name, now)| Some((name, now, rehearsed(name)?)))
        .filter(|(_, now, then)| off(**now, *then))
        .map(|(name, now, then)| format!("{name} took {now} gas, not {then}"))
        .collect()
}
