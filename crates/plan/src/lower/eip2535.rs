//! A diamond of EIP-2535: its owner cuts, and it is live.

use super::{Lower, Transition};
use crate::{Call, Effect, Inverse, Phase, PlannedStep, Sender};
use alloy_primitives::{Address, Bytes, FixedBytes, U256};
use alloy_sol_types::SolCall as _;
use payrox_model::{
    CodeHash, Manifest, MerkleTree, Root, RouteFlags, RouteLeaf, Selector,
    diamond::IDiamond::{FacetCut, FacetCutAction, diamondCutCall},
    limits,
};
use std::collections::BTreeMap;

/// Gas of one function in a cut, at most, by what the reference implementations' storage costs: a route and its place in the
/// list of a facet that may be new.
const ADD: u64 = 75_000;
const REPLACE: u64 = 75_000;
const REMOVE: u64 = 50_000;
/// What is left for the transaction itself and for the init call.
const REST: u64 = 2_000_000;

/// A diamond.
#[derive(Clone, Copy, Debug)]
pub struct Eip2535 {
    /// Where it is.
    pub diamond: Address,
}

/// Which facet answers a function, and that facet's code.
type Served = BTreeMap<Selector, (Address, CodeHash)>;

fn served(manifest: Option<&Manifest>) -> Served {
    let leaves = manifest.into_iter().flat_map(Manifest::leaves);
    leaves.map(|leaf| (leaf.selector, (leaf.facet, leaf.code_hash))).collect()
}

fn root(served: &Served) -> Root {
    let leaf = |(selector, (facet, code_hash)): (&Selector, &(Address, CodeHash))| {
        let (selector, facet, code_hash, flags) = (*selector, *facet, *code_hash, RouteFlags::NONE);
        RouteLeaf { selector, facet, code_hash, flags }.hash()
    };
    MerkleTree::new(served.iter().map(leaf)).root()
}

/// One function's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    action: FacetCutAction,
    facet: Address,
    selector: Selector,
}

impl Change {
    fn gas(self) -> u64 {
        match self.action {
            FacetCutAction::Add => ADD,
            FacetCutAction::Replace => REPLACE,
            _ => REMOVE,
        }
    }
}

/// Additions first, so that nothing is missing between two calls; then replacements, then removals. Within each by facet.
fn changes(from: &Served, to: &Served) -> Vec<Change> {
    let (mut add, mut replace, mut remove) = (Vec::new(), Vec::new(), Vec::new());
    for (&selector, &(facet, _)) in to {
        match from.get(&selector) {
            None => add.push(Change { action: FacetCutAction::Add, facet, selector }),
            Some((before, _)) if *before != facet => {
                replace.push(Change { action: FacetCutAction::Replace, facet, selector });
            }
            Some(_) => {}
        }
    }
    for &selector in from.keys().filter(|selector| !to.contains_key(selector)) {
        // The standard wants the zero address for what is removed.
        remove.push(Change { action: FacetCutAction::Remove, facet: Address::ZERO, selector });
    }
    for list in [&mut add, &mut replace] {
        list.sort_by_key(|change| (change.facet, change.selector));
    }
    [add, replace, remove].concat()
}

/// As many in a call as a transaction holds.
fn calls(changes: &[Change]) -> Vec<&[Change]> {
    let mut calls = Vec::new();
    let (mut begin, mut gas) = (0, REST);
    for (at, change) in changes.iter().enumerate() {
        if gas + change.gas() > limits::TX_GAS {
            calls.push(&changes[begin..at]);
            (begin, gas) = (at, REST);
        }
        gas += change.gas();
    }
    calls.push(&changes[begin..]);
    calls.retain(|call| !call.is_empty());
    calls
}

/// Neighbours of one action and one facet are one element.
fn cut(changes: &[Change]) -> Vec<FacetCut> {
    let same = |a: &Change, b: &Change| (a.action, a.facet) == (b.action, b.facet);
    let one = |group: &[Change]| {
        let first = group.first()?;
        Some(FacetCut {
            facetAddress: first.facet,
            action: first.action,
            functionSelectors: group.iter().map(|change| FixedBytes(change.selector.0)).collect(),
        })
    };
    changes.chunk_by(same).filter_map(one).collect()
}

fn apply(served: &mut Served, changes: &[Change], codes: &BTreeMap<Address, CodeHash>) {
    for change in changes {
        match change.action {
            FacetCutAction::Remove => drop(served.remove(&change.selector)),
            _ => {
                let code = codes.get(&change.facet).copied().unwrap_or_default();
                served.insert(change.selector, (change.facet, code));
            }
        }
    }
}

impl Eip2535 {
    fn call(&self, changes: &[Change], init: (Address, &Bytes)) -> Call {
        let call = diamondCutCall { _diamondCut: cut(changes), _init: init.0, _calldata: init.1.clone() };
        Call { sender: Sender::Owner, to: self.diamond, value: U256::ZERO, data: call.abi_encode().into() }
    }

    /// The calls from one table to the other, the init call with the last.
    fn lowered(&self, from: &Served, to: &Served, init: (Address, &Bytes)) -> Vec<(Call, Root, Root)> {
        let codes: BTreeMap<Address, CodeHash> = to.values().copied().collect();
        let changes = changes(from, to);
        let groups = calls(&changes);
        let none = Bytes::new();
        let mut now = from.clone();
        let step = |(i, group): (usize, &&[Change])| {
            let last = i + 1 == groups.len();
            let call = self.call(group, if last { init } else { (Address::ZERO, &none) });
            let before = root(&now);
            apply(&mut now, group, &codes);
            (call, before, root(&now))
        };
        groups.iter().enumerate().map(step).collect()
    }
}

impl Lower for Eip2535 {
    fn forward(&self, transition: &Transition<'_>) -> Vec<PlannedStep> {
        let init = (transition.init_target, transition.init_data);
        let lowered = self.lowered(&served(transition.from), &served(Some(transition.to)), init);
        let name = |i: usize, count: usize| match count {
            1 => "cut".to_owned(),
            _ => format!("cut {} of {count}", i + 1),
        };
        let count = lowered.len();
        let step = |(i, (call, before, after)): (usize, (Call, Root, Root))| PlannedStep {
            name: name(i, count),
            phase: Phase::Apply,
            effect: Effect::Cut { before, after },
            call: Some(call),
            after: match i {
                0 => transition.after.to_vec(),
                _ => vec![name(i - 1, count)],
            },
        };
        lowered.into_iter().enumerate().map(step).collect()
    }

    fn backward(&self, transition: &Transition<'_>) -> Inverse {
        let (from, to) = (served(Some(transition.to)), served(transition.from));
        let none = Bytes::new();
        let calls = self.lowered(&from, &to, (Address::ZERO, &none)).into_iter().map(|(call, ..)| call);
        Inverse::CutBack {
            root: root(&to),
            calls: calls.collect(),
            leaves_storage: !transition.init_target.is_zero(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a diamond does with a cut, by the standard's rules.
    fn execute(served: &mut BTreeMap<Selector, Address>, cuts: &[FacetCut]) -> Result<(), String> {
        for cut in cuts {
            if cut.functionSelectors.is_empty() {
                return Err("no selectors".into());
            }
            for selector in &cut.functionSelectors {
                let selector = Selector(selector.0);
                match (cut.action, served.get(&selector)) {
                    (FacetCutAction::Add, None) if !cut.facetAddress.is_zero() => {
                        served.insert(selector, cut.facetAddress);
                    }
                    (FacetCutAction::Replace, Some(old)) if *old != cut.facetAddress => {
                        served.insert(selector, cut.facetAddress);
                    }
                    (FacetCutAction::Remove, Some(_)) if cut.facetAddress.is_zero() => {
                        served.remove(&selector);
                    }
                    (action, old) => return Err(format!("{action:?} of {selector} at {old:?}")),
                }
            }
        }
        Ok(())
    }

    fn tables() -> impl Strategy<Value = Served> {
        let facet = |byte: u8| (Address::repeat_byte(byte), CodeHash::of(&[byte]));
        proptest::collection::btree_map(
            (0u8..60).prop_map(|b| Selector([b, 1, 1, 1])),
            (1u8..6).prop_map(facet),
            1..50,
        )
    }

    fn routes(served: &Served) -> BTreeMap<Selector, Address> {
        served.iter().map(|(selector, (facet, _))| (*selector, *facet)).collect()
    }

    proptest! {
        #[test]
        fn prx_o02_any_difference_is_lowered_to_cuts_that_the_standard_allows_and_that_lead_there_and_back(
            from in tables(), to in tables()
        ) {
            let back = Eip2535 { diamond: Address::repeat_byte(9) };
            let none = Bytes::new();
            let mut now = routes(&from);
            for (there, here) in [(&to, &from), (&from, &to)] {
                for (call, before, after) in back.lowered(here, there, (Address::ZERO, &none)) {
                    prop_assert_ne!(before, after);
                    let cut = diamondCutCall::abi_decode(&call.data).unwrap();
                    prop_assert_eq!(execute(&mut now, &cut._diamondCut), Ok(()));
                }
                prop_assert_eq!(&now, &routes(there));
            }
        }
    }

    #[test]
    fn prx_o02_what_is_more_than_a_transaction_holds_is_several_calls_and_the_init_goes_with_the_last() {
        let facet = |byte: u8| (Address::repeat_byte(byte), CodeHash::of(&[byte]));
        let table =
            |n: u32, byte| -> Served { (1..=n).map(|i| (Selector(i.to_be_bytes()), facet(byte))).collect() };
        let (from, to) = (table(1, 1), table(400, 1));
        let back = Eip2535 { diamond: Address::repeat_byte(9) };
        let data = Bytes::from_static(&[1, 2, 3, 4]);
        let calls = back.lowered(&from, &to, (Address::repeat_byte(8), &data));
        assert_eq!(calls.len(), 3);
        assert_eq!(calls[0].2, calls[1].1, "each begins where the one before ends");
        let inits: Vec<_> =
            calls.iter().map(|(call, ..)| diamondCutCall::abi_decode(&call.data).unwrap()._init).collect();
        assert_eq!(inits, [Address::ZERO, Address::ZERO, Address::repeat_byte(8)]);
        assert_eq!(back.lowered(&from, &table(100, 1), (Address::ZERO, &data)).len(), 1);
    }
}
