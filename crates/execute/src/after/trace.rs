//! What the dry run left behind, step by step: what the chain is compared with.

use crate::truth;
use alloy_primitives::{Address, Log, U256};
use payrox_devnet::{Devnet, Executed};
use payrox_plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// An account as the dry run has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) nonce: u64,
    pub(crate) balance: U256,
    /// Every slot that is not zero, and those that a transaction touched and that are zero: there are nodes that hash them, too.
    pub(crate) slots: BTreeMap<U256, U256>,
}

/// A step that was executed.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    pub(crate) name: String,
    /// What the plan's contracts logged.
    pub(crate) logs: Vec<Log>,
    /// The accounts that it changed, as they are afterwards.
    pub(crate) held: BTreeMap<Address, Held>,
}

/// A whole dry run.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// The accounts before the first step.
    pub(crate) begin: BTreeMap<Address, Held>,
    pub(crate) steps: Vec<Traced>,
    /// The sandbox knows every slot there is, not only those it was told of.
    pub(crate) whole: bool,
}

/// Every address of a plan, each once.
pub(crate) fn watched(plan: &Plan) -> BTreeSet<Address> {
    let core = plan.addresses;
    let mut all: BTreeSet<_> = truth::addresses(plan).into_iter().collect();
    all.extend([core.factory, core.extension, core.implementation, core.launcher]);
    // A diamond has no contracts of ours but the factory.
    all.remove(&Address::ZERO);
    all
}

/// Takes it down while it happens.
#[derive(Debug)]
pub(crate) struct Tracer {
    trace: Trace,
    now: BTreeMap<Address, Held>,
}

impl Tracer {
    pub(crate) fn new(plan: &Plan, devnet: &Devnet, whole: bool) -> Self {
        let now: BTreeMap<_, _> =
            watched(plan).into_iter().map(|a| (a, held(devnet, a, &BTreeSet::new()))).collect();
        Self { trace: Trace { begin: now.clone(), steps: Vec::new(), whole }, now }
    }

    pub(crate) fn saw(&mut self, devnet: &Devnet, step: &str, executed: &Executed) {
        let mut changed = BTreeMap::new();
        for (address, before) in &mut self.now {
            let zeros = executed.zeros.iter().filter(|(at, _)| at == address).map(|(_, slot)| *slot);
            let zeros = zeros.chain(before.slots.keys().copied()).collect();
            let after = held(devnet, *address, &zeros);
            if after != *before {
                changed.insert(*address, after.clone());
                *before = after;
            }
        }
        let logs = executed.logs.iter().filter(|log| self.now.contains_key(&log.address)).cloned().collect();
        self.trace.steps.push(Traced { name: step.to_owned(), logs, held: changed });
    }

    pub(crate) fn into_trace(self) -> Trace {
        self.trace
    }
}

/// An account, with the named slots also where they are zero.
fn held(devnet: &Devnet, address: Address, named: &BTreeSet<U256>) -> Held {
    let mut slots = devnet.storage_of(address);
    for slot in named {
        slots.entry(*slot).or_default();
    }
    Held { nonce: devnet.nonce(address), balance: devnet.balance(address), slots }
}
