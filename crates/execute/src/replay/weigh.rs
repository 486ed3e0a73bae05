//! What differs between a transaction as it was and as it would be, and what that means.

use alloy_primitives::{Address, B256, Bytes, I256, Log, U256};
use alloy_sol_types::{SolCall, sol};
use payrox_chain::{Reasons, Receipt};
use payrox_devnet::{Again, Change};
use payrox_model::{Gas, Selector};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

sol! {
    function batch(bytes[] calls);
}

/// Differences of one transaction that are listed.
const LISTED: usize = 50;

/// What a transaction comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// It does the same.
    Same,
    /// It does something else, by a route that the plan changes.
    Changed,
    /// It fails and did not, or it does something else by routes that the plan leaves alone.
    Broken,
    /// The fork does not do what the chain did: nothing is known of it.
    Unknown,
}

/// A transaction, once as it was and once on what the plan makes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// Its block.
    pub block: u64,
    /// Its hash.
    pub tx: B256,
    /// The functions of the system that it calls; empty where another contract calls it.
    pub functions: Vec<String>,
    /// Whether it calls the system itself.
    pub direct: bool,
    /// Whether one of them is a route that the plan changes; of another contract's calls that is not known.
    pub touches_a_change: bool,
    /// What it comes to.
    pub fate: Fate,
    /// Whether it succeeded, and would.
    pub success: Option<(bool, bool)>,
    /// What it used, and would.
    pub gas: Option<(Gas, Gas)>,
    /// What differs besides gas, in words.
    pub differences: Vec<String>,
}

/// One execution.
#[derive(Clone, Debug)]
pub struct Side {
    again: Again,
    /// By account: what its balance changed by, its nonce by, the code and the slots it has then.
    state: BTreeMap<Address, Then>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Then {
    balance: I256,
    nonce: u64,
    code: B256,
    slots: BTreeMap<U256, U256>,
}

impl Side {
    pub(super) fn of(again: Again, changes: Vec<Change>) -> Self {
        let state = changes.into_iter().map(|change| {
            let balance = I256::from_raw(change.balance.1) - I256::from_raw(change.balance.0);
            let nonce = change.nonce.1.saturating_sub(change.nonce.0);
            let slots = change.slots.iter().map(|(key, (_, now))| (*key, *now)).collect();
            (change.address, Then { balance, nonce, code: change.code_hash.1, slots })
        });
        Self { state: state.collect(), again }
    }
}

/// The selectors that calldata of the router names: its own, and those of a batch.
pub(super) fn selectors(input: &[u8]) -> Vec<Selector> {
    let one = |data: &[u8]| -> Option<Selector> {
        match data.len() {
            0 => Some(Selector::RECEIVE),
            // Short calldata is padded with zeros on all paths.
            length => {
                let mut bytes = [0; 4];
                bytes[..length.min(4)].copy_from_slice(&data[..length.min(4)]);
                Some(Selector(bytes))
            }
        }
    };
    if input.get(..4) == Some(&batchCall::SELECTOR)
        && let Ok(call) = batchCall::abi_decode(input)
    {
        let all: BTreeSet<Selector> = call.calls.iter().filter_map(|call| one(call)).collect();
        return all.into_iter().collect();
    }
    one(input).into_iter().collect()
}

impl Replayed {
    pub(super) fn new(
        block: u64,
        tx: B256,
        functions: Vec<String>,
        direct: bool,
        touches_a_change: bool,
    ) -> Self {
        Self {
            block,
            tx,
            functions,
            direct,
            touches_a_change,
            fate: Fate::Unknown,
            success: None,
            gas: None,
            differences: Vec::new(),
        }
    }

    pub(super) fn not_reproduced(&mut self, why: String) {
        self.fate = Fate::Unknown;
        self.differences = vec![format!("not known: {why}")];
    }

    pub(super) fn compare(
        &mut self,
        old: Result<Side, String>,
        new: Result<Side, String>,
        real: Option<&Receipt>,
        reasons: &Reasons,
    ) {
        let old = match old {
            Ok(old) => old,
            Err(why) => return self.not_reproduced(format!("it cannot be executed again: {why}")),
        };
        if real.is_none_or(|real| real.success != old.again.success || real.gas_used != old.again.gas) {
            let was = real.map_or("not in a block any more".to_owned(), |real| {
                format!("{} with {} gas", ended(real.success), real.gas_used)
            });
            let is = format!("{} with {}", ended(old.again.success), old.again.gas);
            return self.not_reproduced(format!("on the chain it was {was}, on the fork {is}"));
        }
        let new = match new {
            Ok(new) => new,
            Err(why) => {
                self.fate = Fate::Broken;
                self.differences = vec![format!("it could be in no block: {why}")];
                return;
            }
        };
        self.success = Some((old.again.success, new.again.success));
        self.gas = Some((old.again.gas, new.again.gas));
        self.differences = differences(&old, &new, reasons);
        let fails = old.again.success && !new.again.success;
        self.fate = match self.differences.is_empty() {
            true => Fate::Same,
            false if fails || !self.touches_a_change => Fate::Broken,
            false => Fate::Changed,
        };
    }
}

fn ended(success: bool) -> &'static str {
    if success { "a success" } else { "a failure" }
}

fn differences(old: &Side, new: &Side, reasons: &Reasons) -> Vec<String> {
    let mut all = Vec::new();
    let reason = |again: &Again| match again.success {
        true => "succeeds".to_owned(),
        false if again.output.is_empty() => "fails without a reason".to_owned(),
        false => format!("fails: {}", reasons.decode(&again.output)),
    };
    if old.again.success != new.again.success {
        all.push(format!("status: it {} instead of: it {}", reason(&new.again), reason(&old.again)));
    } else if old.again.output != new.again.output {
        let bytes = |output: &Bytes| short(output);
        all.push(format!("output: {} instead of {}", bytes(&new.again.output), bytes(&old.again.output)));
    }
    logs(&old.again.logs, &new.again.logs, &mut all);
    let addresses: BTreeSet<&Address> = old.state.keys().chain(new.state.keys()).collect();
    for address in addresses {
        state(address, old.state.get(address), new.state.get(address), &mut all);
    }
    let more = all.len().saturating_sub(LISTED);
    if more > 0 {
        all.truncate(LISTED);
        all.push(format!("and {more} more"));
    }
    all
}

fn logs(old: &[Log], new: &[Log], all: &mut Vec<String>) {
    if old.len() != new.len() {
        all.push(format!("logs: {} instead of {}", new.len(), old.len()));
    }
    for (index, (old, new)) in old.iter().zip(new).enumerate() {
        if old != new {
            let what = if old.topics() == new.topics() && old.address == new.address {
                format!("data {} instead of {}", short(&new.data.data), short(&old.data.data))
            } else {
                "another event".to_owned()
            };
            all.push(format!("log {index} of {}: {what}", old.address));
        }
    }
}

fn state(address: &Address, old: Option<&Then>, new: Option<&Then>, all: &mut Vec<String>) {
    if old == new {
        return;
    }
    let balance = |then: Option<&Then>| then.map_or(I256::ZERO, |then| then.balance);
    if balance(old) != balance(new) {
        all.push(format!("balance of {address}: {} wei instead of {}", balance(new), balance(old)));
    }
    let nonce = |then: Option<&Then>| then.map_or(0, |then| then.nonce);
    if nonce(old) != nonce(new) {
        all.push(format!("nonce of {address}: {} more instead of {}", nonce(new), nonce(old)));
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.code != new.code
    {
        all.push(format!("code of {address}"));
    }
    let empty = BTreeMap::new();
    let (old, new) = (old.map_or(&empty, |then| &then.slots), new.map_or(&empty, |then| &then.slots));
    for key in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (old, new) = (old.get(key), new.get(key));
        if old != new {
            let value = |value: Option<&U256>| value.map_or("as it was".to_owned(), |v| format!("{v:#x}"));
            all.push(format!("slot {key:#x} of {address}: {} instead of {}", value(new), value(old)));
        }
    }
}

fn short(bytes: &Bytes) -> String {
    if bytes.len() <= 64 {
        bytes.to_string()
    } else {
        format!("{} bytes {}…", bytes.len(), Bytes::copy_from_slice(&bytes[..32]))
    }
}
