//! Accounts of the chain against those of the dry run, to the last slot.

use super::{
    error::Violation,
    fields::{self, Field, Rule, Stage},
    trace::{Held, Trace},
};
use crate::truth::{Truth, truth};
use alloy_primitives::{Address, B256, U256};
use payrox_chain::{Account, Storage, storage_root};
use payrox_model::{ChainSnapshot, CodeHash};
use payrox_plan::{Effect, Plan};
use std::collections::BTreeMap;

/// What is known of the time of the plan's own steps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Of the block that staged it.
    pub(crate) staged: Option<u64>,
    /// Of the block that activated it.
    pub(crate) activated: Option<u64>,
}

/// The dry run of a plan beside the chain as it was last looked at.
pub(crate) struct Expected<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) chain: &'a ChainSnapshot,
    pub(crate) trace: &'a Trace,
    /// No block that was seen is later.
    pub(crate) now: u64,
}

/// A state that an account may be in.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) held: &'a Held,
    stage: Stage,
}

impl<'a> Expected<'a> {
    /// What an account is called.
    pub(crate) fn what(&self, address: Address) -> String {
        let core = self.plan.addresses;
        let known = [
            (core.dispatcher, "dispatcher"),
            (core.router, "router"),
            (core.implementation, "implementation"),
            (core.extension, "extension"),
            (core.launcher, "launcher"),
            (core.factory, "factory"),
            (self.plan.manifest.address, "manifest"),
        ];
        if let Some((_, name)) = known.iter().find(|(at, _)| *at == address) {
            return (*name).to_owned();
        }
        let facet = self.plan.facets.iter().find(|facet| facet.address == address);
        facet.map_or_else(|| "init contract".to_owned(), |facet| format!("facet {}", facet.name))
    }

    /// The states an account may be in: as after the last step that is true, or a later one, which another operator of the same
    /// plan may just have done.
    pub(crate) fn candidates(&self, address: Address) -> Vec<Candidate<'a>> {
        let is_true = |name: &str| {
            let step = self.plan.steps.iter().find(|step| step.name == name);
            step.is_some_and(|step| matches!(truth(self.plan, step, self.chain), Truth::True(_)))
        };
        let staged_before = self.plan.steps.iter().any(|step| {
            step.effect == Effect::Staged
                && is_true(&step.name)
                && !self.trace.steps.iter().any(|traced| traced.name == step.name)
        });
        let stage = if staged_before { Stage::Staged } else { Stage::Before };
        let begin = self.trace.begin.get(&address).filter(|_| self.trace.whole);
        let mut states: Vec<_> = begin.map(|held| Candidate { held, stage }).into_iter().collect();
        let (mut stage, mut known) = (stage, begin.is_some());
        for traced in &self.trace.steps {
            stage = self.stage_after(&traced.name).unwrap_or(stage);
            let Some(held) = traced.held.get(&address) else { continue };
            if is_true(&traced.name) {
                states.clear();
                known = true;
            }
            states.push(Candidate { held, stage });
        }
        // What was there before is not known where only a part was copied.
        if known { states } else { Vec::new() }
    }

    fn stage_after(&self, step: &str) -> Option<Stage> {
        match self.plan.steps.iter().find(|s| s.name == step)?.effect {
            Effect::Staged => Some(Stage::Staged),
            Effect::Active => Some(Stage::Active),
            _ => None,
        }
    }

    /// The accounts whose storage is looked at: those that hold any, and those that must.
    pub(crate) fn stateful(&self) -> Vec<Address> {
        let core = self.plan.addresses;
        let holds = |address: &Address| {
            let last = self.trace.steps.iter().rev().find_map(|traced| traced.held.get(address));
            let last = last.or_else(|| self.trace.begin.get(address));
            last.is_some_and(|held| held.slots.values().any(|value| !value.is_zero()))
        };
        super::trace::watched(self.plan)
            .into_iter()
            // A slice of the run has not made all of them.
            .filter(|a| self.chain.code.contains_key(a))
            .filter(|a| [core.dispatcher, core.router].contains(a) || self.trace.whole && holds(a))
            .collect()
    }

    /// The slots to be read along with an account.
    pub(crate) fn loose_slots(&self, address: Address) -> Vec<U256> {
        if address == self.plan.addresses.dispatcher { fields::loose_slots(self.plan) } else { Vec::new() }
    }

    /// Compares an account, and tells how many slots it must have.
    pub(crate) fn account(&self, account: &Account, times: &Times) -> Result<usize, Vec<Violation>> {
        let address = account.address;
        if let Some(violation) = self.head(account) {
            return Err(vec![violation]);
        }
        let candidates = self.candidates(address);
        if candidates.is_empty() {
            // Nothing of the dry run touched it yet.
            return Ok(0);
        }
        let mut first = None;
        for candidate in &candidates {
            let found = match &account.storage {
                Storage::All(slots) => self.slots(address, candidate, slots, true),
                Storage::Root(root) => self.root(account, candidate, *root),
            };
            let found = match found {
                Ok(count) => self.fields(address, candidate, &account.slots, times).map(|()| count),
                Err(violations) => Err(violations),
            };
            match found {
                Ok(count) => return Ok(count),
                Err(violations) => first = Some(nearest(first, violations)),
            }
        }
        Err(first.unwrap_or_default())
    }

    /// Code and nonce. Ether can be sent to anyone by anyone, and stops nothing.
    fn head(&self, account: &Account) -> Option<Violation> {
        let (address, found) = (account.address, account.code_hash);
        let expected = self.code_hash(address);
        if expected.is_some_and(|expected| expected != found) {
            let expected = expected.map(|hash| hash.to_string()).unwrap_or_default();
            let (what, found) = (self.what(address), found.to_string());
            return Some(Violation::OtherCode { what, address, expected, found });
        }
        // Factory and launcher create for everybody.
        let shared = [self.plan.addresses.factory, self.plan.addresses.launcher].contains(&address);
        let nonce = self.candidates(address).first().map(|candidate| candidate.held.nonce);
        match nonce {
            Some(expected) if !shared && expected != account.nonce => {
                Some(Violation::Nonce { what: self.what(address), address, expected, found: account.nonce })
            }
            _ => None,
        }
    }

    fn code_hash(&self, address: Address) -> Option<CodeHash> {
        self.plan.steps.iter().find_map(|step| match step.effect {
            Effect::Code { address: at, code_hash } if at == address => Some(code_hash),
            Effect::System { dispatcher_code_hash, .. } if address == self.plan.addresses.dispatcher => {
                Some(dispatcher_code_hash)
            }
            Effect::System { router_code_hash, .. } if address == self.plan.addresses.router => {
                Some(router_code_hash)
            }
            _ => None,
        })
    }

    fn loose(&self, address: Address, stage: Stage) -> Vec<Field> {
        if address == self.plan.addresses.dispatcher { fields::loose(self.plan, stage) } else { Vec::new() }
    }

    /// The slots of a state, with what need not be the dry run's taken from the chain.
    fn adjusted(
        &self,
        address: Address,
        candidate: &Candidate<'_>,
        real: &BTreeMap<U256, U256>,
    ) -> BTreeMap<U256, U256> {
        let mut slots = candidate.held.slots.clone();
        for field in self.loose(address, candidate.stage) {
            let word = slots.get(&field.slot).copied().unwrap_or_default();
            // What is not set in the dry run must not be set here either.
            if field.rule != Rule::LeftOver && field.of(word).is_zero() {
                continue;
            }
            let taken = field.taken(word, real.get(&field.slot).copied().unwrap_or_default());
            if taken != word {
                slots.insert(field.slot, taken);
            }
        }
        slots
    }

    fn root(
        &self,
        account: &Account,
        candidate: &Candidate<'_>,
        found: B256,
    ) -> Result<usize, Vec<Violation>> {
        let address = account.address;
        let mut with_zeros = self.adjusted(address, candidate, &account.slots);
        let mut slots = with_zeros.clone();
        slots.retain(|_, value| !value.is_zero());
        let expected = storage_root(&slots);
        if found == expected {
            return Ok(slots.len());
        }
        // Development nodes hash slots that were touched and are zero, too: those of the dry run, as a rule, and else those that
        // are proved to be there. They are zero, so nothing is let through.
        if found == storage_root(&with_zeros) {
            return Ok(slots.len());
        }
        with_zeros = slots.clone();
        with_zeros.extend(account.zeros.iter().map(|slot| (*slot, U256::ZERO)));
        if found == storage_root(&with_zeros) {
            return Ok(slots.len());
        }
        Err(vec![Violation::ExtraSlot { what: self.what(address), address, expected, found }])
    }

    /// Compares slots that were read one by one: all of [`Self::known_slots`].
    pub(crate) fn read_slots(
        &self,
        address: Address,
        found: &BTreeMap<U256, U256>,
        times: &Times,
    ) -> Result<usize, Vec<Violation>> {
        let mut first = None;
        for candidate in &self.candidates(address) {
            let compared = self
                .slots(address, candidate, found, false)
                .and_then(|count| self.fields(address, candidate, found, times).map(|()| count));
            match compared {
                Ok(count) => return Ok(count),
                Err(violations) => first = Some(nearest(first, violations)),
            }
        }
        first.map_or(Ok(0), Err)
    }

    /// Slot by slot; `all` if what is not in `found` is zero.
    fn slots(
        &self,
        address: Address,
        candidate: &Candidate<'_>,
        found: &BTreeMap<U256, U256>,
        all: bool,
    ) -> Result<usize, Vec<Violation>> {
        let mut expected = self.adjusted(address, candidate, found);
        if !self.trace.whole && address == self.plan.addresses.router {
            // The rest is the facets', and users write there.
            expected.retain(|slot, _| fields::is_routers(*slot));
        }
        let mut names: Vec<U256> = expected.keys().copied().collect();
        if self.trace.whole {
            names.extend(found.keys());
        }
        names.sort_unstable();
        names.dedup();
        let mut violations = Vec::new();
        for slot in names {
            let wanted = expected.get(&slot).copied().unwrap_or_default();
            let Some(has) = found.get(&slot).copied().or(all.then_some(U256::ZERO)) else { continue };
            if wanted != has {
                let name =
                    fields::name(self.plan, address, slot).unwrap_or_else(|| "of no known name".into());
                violations.push(Violation::Slot {
                    what: self.what(address),
                    address,
                    slot: slot.into(),
                    name,
                    expected: wanted.into(),
                    found: has.into(),
                });
            }
        }
        if violations.is_empty() {
            Ok(expected.values().filter(|value| !value.is_zero()).count())
        } else {
            Err(violations)
        }
    }

    /// What must be read one by one where the whole cannot be seen.
    pub(crate) fn known_slots(&self, address: Address) -> Vec<U256> {
        let candidates = self.candidates(address);
        let mut slots: Vec<U256> = candidates.iter().flat_map(|c| c.held.slots.keys().copied()).collect();
        slots.extend(self.loose_slots(address));
        if self.trace.whole {
            slots.extend(fields::named(self.plan, address));
            let all = self.trace.steps.iter().filter_map(|traced| traced.held.get(&address));
            slots.extend(all.flat_map(|held| held.slots.keys().copied()));
        } else if address == self.plan.addresses.router {
            slots.retain(|slot| fields::is_routers(*slot));
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// The times in the dispatcher's storage are those of the blocks.
    pub(crate) fn fields(
        &self,
        address: Address,
        candidate: &Candidate<'_>,
        real: &BTreeMap<U256, U256>,
        times: &Times,
    ) -> Result<(), Vec<Violation>> {
        let word = |slot: U256| real.get(&slot).copied().unwrap_or_default();
        let loose = self.loose(address, candidate.stage);
        let value = |rule: Rule| -> Option<u64> {
            loose
                .iter()
                .find(|field| field.rule == rule)
                .map(|field| field.of(word(field.slot)).saturating_to())
        };
        let mut violations = Vec::new();
        for field in &loose {
            let found: u64 = field.of(word(field.slot)).saturating_to();
            let expected = match field.rule {
                Rule::LeftOver => continue,
                Rule::Eta => self.eta(times.staged),
                Rule::ActivatedAt => self.moment(times.activated),
                Rule::UndoUntil => {
                    let since = value(Rule::ActivatedAt).unwrap_or_default();
                    let undo_for = u64::from(self.plan.onchain.undo_for);
                    let until = if undo_for == 0 { 0 } else { since.saturating_add(undo_for) };
                    vec![(until, until)]
                }
            };
            if !expected.iter().any(|(least, most)| (*least..=*most).contains(&found)) {
                let (what, name, expected) = (self.what(address), field.name, shown(&expected));
                violations.push(Violation::Time { what, address, name, expected, found });
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(violations) }
    }

    /// The time of a step's block, or bounds where that is not known.
    fn moment(&self, known: Option<u64>) -> Vec<(u64, u64)> {
        vec![known.map_or((1, self.now), |time| (time, time))]
    }

    /// From when a plan can be activated that was staged then: at once by the bootstrapper, who makes only the first release.
    pub(crate) fn eta(&self, staged: Option<u64>) -> Vec<(u64, u64)> {
        let current = self.chain.dispatcher.as_ref().map(|dispatcher| dispatcher.delay);
        let delay = u64::from(current.unwrap_or(self.plan.system.delay));
        let not_before = self.plan.onchain.not_before;
        let later = |delay: u64| {
            let (least, most) = self.moment(staged)[0];
            (least.saturating_add(delay).max(not_before), most.saturating_add(delay).max(not_before))
        };
        let mut etas = vec![later(delay)];
        if self.plan.epoch.0 == 1 {
            etas.push(later(0));
        }
        etas
    }
}

/// Of two candidates that the chain is neither of: one whose storage is right but for a time, else the first.
fn nearest(first: Option<Vec<Violation>>, next: Vec<Violation>) -> Vec<Violation> {
    let times = |found: &[Violation]| found.iter().all(|one| matches!(one, Violation::Time { .. }));
    match first {
        Some(first) if times(&first) || !times(&next) => first,
        _ => next,
    }
}

fn shown(ranges: &[(u64, u64)]) -> String {
    let one = |(least, most): &(u64, u64)| {
        if least == most { least.to_string() } else { format!("{least} to {most}") }
    };
    ranges.iter().map(one).collect::<Vec<_>>().join(" or ")
}
