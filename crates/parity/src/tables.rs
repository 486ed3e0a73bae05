//! What a diamond serves before a plan and after it, and the functions that tell or change that: between two releases they do
//! not do the same, and may only differ as what is served does.

use crate::{
    call::Call,
    compare::{self, Aspect},
    system::{Kind, Route},
    world::{Effects, Ending, Field},
};
use alloy_primitives::Address;
use alloy_sol_types::SolCall as _;
use payrox_model::{
    Selector,
    diamond::{IDiamond, cuts, facets},
};
use payrox_plan::{Plan, PlannedFacet, PlannedRoute};
use std::collections::{BTreeMap, BTreeSet};

/// Which facet answers a function.
pub(crate) type Table = BTreeMap<Selector, Address>;

/// What a diamond serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    /// Before the plan.
    pub(crate) before: Table,
    /// With the plan.
    pub(crate) after: Table,
}

/// How a call of one of these functions is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// In what its two ways differ, beyond what is served.
    Differs(Vec<Aspect>),
    /// It asks or changes what one release serves otherwise, and that decides how it ends.
    Undecided,
}

/// What a function of a diamond is for.
pub(crate) fn purpose(selector: Selector) -> Kind {
    match selector.0 {
        IDiamond::facetsCall::SELECTOR
        | IDiamond::facetFunctionSelectorsCall::SELECTOR
        | IDiamond::facetAddressesCall::SELECTOR
        | IDiamond::facetAddressCall::SELECTOR => Kind::Loupe,
        IDiamond::diamondCutCall::SELECTOR => Kind::Cut,
        _ => Kind::Function,
    }
}

impl Tables {
    /// Those of a plan for a diamond.
    pub(crate) fn of(plan: &Plan) -> Option<Self> {
        let before = &plan.diamond.as_ref()?.before;
        Some(Self { before: table(&before.facets, &before.routes), after: table(&plan.facets, &plan.routes) })
    }

    /// A call of the loupe or a cut in the release before and in this one. `cut` says that calls before may have changed what is
    /// served.
    pub(crate) fn judge(
        &self,
        route: &Route,
        call: &Call,
        [before, after]: [&Effects; 2],
        cut: bool,
        diamond: Address,
    ) -> Judgement {
        let found = compare::effects(before, after);
        if found.is_empty() {
            return Judgement::Differs(found);
        }
        match route.kind {
            Kind::Loupe => {
                let told = [(before, &self.before), (after, &self.after)];
                let is_true = told.iter().all(|(effects, table)| {
                    effects.ending == Ending::Returned && tells(table, &call.data, &effects.output)
                });
                match is_true {
                    true => {
                        let said = Effects { output: after.output.clone(), ..before.clone() };
                        Judgement::Differs(compare::effects(&said, after))
                    }
                    false if cut => Judgement::Undecided,
                    false => Judgement::Differs(found),
                }
            }
            Kind::Cut => match call.data.get(4..).and_then(cuts) {
                // What this decoder does not take, a contract may.
                None => Judgement::Undecided,
                Some(cuts) => {
                    let named: Vec<Selector> = cuts.into_iter().flat_map(|(_, (_, named))| named).collect();
                    let otherwise = |s: &Selector| self.before.get(s) != self.after.get(s);
                    match () {
                        () if named.is_empty() => Judgement::Differs(found),
                        () if cut || named.iter().any(otherwise) => Judgement::Undecided,
                        () => Judgement::Differs(compare::effects(
                            &without_lists(before, diamond),
                            &without_lists(after, diamond),
                        )),
                    }
                }
            },
            Kind::Function | Kind::Receive | Kind::Interfaces => Judgement::Differs(found),
        }
    }
}

fn table(facets: &[PlannedFacet], routes: &[PlannedRoute]) -> Table {
    let at: BTreeMap<_, _> = facets.iter().map(|facet| (&facet.name, facet.address)).collect();
    routes.iter().filter_map(|route| Some((route.selector, *at.get(&route.facet)?))).collect()
}

/// Whether the loupe's answer to a call is what a table says, in whatever order.
fn tells(table: &Table, data: &[u8], output: &[u8]) -> bool {
    let (Some((function, arguments)), mut word) = (data.split_first_chunk::<4>(), [0; 32]) else {
        return false;
    };
    // What is missing at the end of calldata is read as zeros.
    let present = arguments.len().min(32);
    word[..present].copy_from_slice(&arguments[..present]);
    let of =
        |facet: Address| table.iter().filter(move |(_, at)| **at == facet).map(|(selector, _)| *selector);
    match *function {
        IDiamond::facetsCall::SELECTOR => facets(output).is_some_and(|listed| {
            let pairs = listed.iter().flat_map(|(facet, selectors)| selectors.iter().map(|s| (*s, *facet)));
            is_once(pairs, table.iter().map(|(selector, facet)| (*selector, *facet)))
        }),
        IDiamond::facetFunctionSelectorsCall::SELECTOR => {
            let listed = IDiamond::facetFunctionSelectorsCall::abi_decode_returns_validate(output);
            let facet = Address::from_slice(&word[12..]);
            listed.is_ok_and(|listed| is_once(listed.into_iter().map(|s| Selector(s.0)), of(facet)))
        }
        IDiamond::facetAddressesCall::SELECTOR => {
            let listed = IDiamond::facetAddressesCall::abi_decode_returns_validate(output);
            let all: BTreeSet<Address> = table.values().copied().collect();
            listed.is_ok_and(|listed| is_once(listed, all))
        }
        IDiamond::facetAddressCall::SELECTOR => {
            let said = IDiamond::facetAddressCall::abi_decode_returns_validate(output);
            let [a, b, c, d, ..] = word;
            let served = table.get(&Selector([a, b, c, d])).copied().unwrap_or_default();
            said.is_ok_and(|said| said == served)
        }
        _ => false,
    }
}

/// Whether both have the same things, and the first none of them twice.
fn is_once<T: Ord>(listed: impl IntoIterator<Item = T>, wanted: impl IntoIterator<Item = T>) -> bool {
    let listed: Vec<T> = listed.into_iter().collect();
    let count = listed.len();
    let listed: BTreeSet<T> = listed.into_iter().collect();
    listed.len() == count && listed == wanted.into_iter().collect()
}

/// All but the slots of the diamond itself: in some of them stands the list that a cut changes.
fn without_lists(effects: &Effects, diamond: Address) -> Effects {
    let mut effects = effects.clone();
    effects.changes.retain(|change| change.address != diamond || !matches!(change.field, Field::Slot(_)));
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Change;
    use alloy_primitives::{Bytes, FixedBytes, U256};
    use alloy_sol_types::SolValue as _;
    use payrox_model::{
        RouteFlags,
        diamond::IDiamond::{Facet, FacetCut, FacetCutAction, diamondCutCall},
    };
    use payrox_plan::Mutability;

    const DIAMOND: Address = Address::repeat_byte(0xd1);

    fn selector(byte: u8) -> Selector {
        Selector([byte; 4])
    }

    fn facet(byte: u8) -> Address {
        Address::repeat_byte(byte)
    }

    /// Function 1 stays, 2 moves from facet 20 to 21, 3 is new.
    fn tables() -> Tables {
        Tables {
            before: [(selector(1), facet(10)), (selector(2), facet(20))].into(),
            after: [(selector(1), facet(10)), (selector(2), facet(21)), (selector(3), facet(21))].into(),
        }
    }

    fn route(selector: [u8; 4]) -> Route {
        Route {
            selector: Selector(selector),
            signature: "f()".into(),
            facet_name: "F".into(),
            facet: facet(10),
            flags: RouteFlags::NONE,
            mutability: Mutability::View,
            kind: purpose(Selector(selector)),
            inputs: Vec::new(),
            outputs: Vec::new(),
            stand_in: None,
            is_nameless: false,
        }
    }

    fn call(data: Vec<u8>) -> Call {
        Call {
            route: Selector(*data.first_chunk().unwrap()),
            from: Address::ZERO,
            value: U256::ZERO,
            data: data.into(),
            after: 0,
            is_static: false,
            callback: None,
        }
    }

    fn returned(output: Vec<u8>) -> Effects {
        Effects { output: output.into(), ..Effects::default() }
    }

    fn judged(data: Vec<u8>, before: Effects, after: Effects, cut: bool) -> Judgement {
        let (call, tables) = (call(data), tables());
        tables.judge(&route(call.route.0), &call, [&before, &after], cut, DIAMOND)
    }

    fn same() -> Judgement {
        Judgement::Differs(Vec::new())
    }

    fn listed(table: &Table, reversed: bool) -> Vec<u8> {
        let mut by_facet: BTreeMap<Address, Vec<FixedBytes<4>>> = BTreeMap::new();
        for (selector, facet) in table {
            by_facet.entry(*facet).or_default().push(FixedBytes(selector.0));
        }
        let mut all: Vec<_> = by_facet
            .into_iter()
            .map(|(at, named)| Facet { facetAddress: at, functionSelectors: named })
            .collect();
        if reversed {
            all.reverse();
            all.iter_mut().for_each(|facet| facet.functionSelectors.reverse());
        }
        all.abi_encode()
    }

    #[test]
    fn prx_v03_a_loupe_that_tells_what_each_release_serves_is_the_same_in_any_order() {
        let Tables { before, after } = tables();
        let facets = || IDiamond::facetsCall {}.abi_encode();
        for reversed in [false, true] {
            let (old, new) = (listed(&before, false), listed(&after, reversed));
            assert_eq!(judged(facets(), returned(old), returned(new), false), same());
        }
        let address = |byte| IDiamond::facetAddressCall { selector: FixedBytes([byte; 4]) }.abi_encode();
        let (old, new) = (facet(20).abi_encode(), facet(21).abi_encode());
        assert_eq!(judged(address(2), returned(old), returned(new), false), same());
        let none = Address::ZERO.abi_encode();
        assert_eq!(judged(address(3), returned(none), returned(facet(21).abi_encode()), false), same());
        let of = IDiamond::facetFunctionSelectorsCall { facet: facet(21) }.abi_encode();
        let (none, two) = (Vec::<FixedBytes<4>>::new(), vec![FixedBytes([3; 4]), FixedBytes([2; 4])]);
        assert_eq!(judged(of, returned(none.abi_encode()), returned(two.abi_encode()), false), same());
        let all = IDiamond::facetAddressesCall {}.abi_encode();
        let (old, new) = (vec![facet(20), facet(10)], vec![facet(21), facet(10)]);
        assert_eq!(judged(all, returned(old.abi_encode()), returned(new.abi_encode()), false), same());
    }

    #[test]
    fn prx_v03_a_loupe_that_hides_invents_or_repeats_a_function_differs_and_after_a_cut_nobody_knows() {
        let Tables { before, after } = tables();
        let facets = || IDiamond::facetsCall {}.abi_encode();
        let (mut less, mut more) = (after.clone(), after.clone());
        less.remove(&selector(3));
        more.insert(selector(4), facet(21));
        let twice: Vec<Facet> = vec![
            Facet { facetAddress: facet(10), functionSelectors: vec![FixedBytes([1; 4]); 2] },
            Facet {
                facetAddress: facet(21),
                functionSelectors: vec![FixedBytes([2; 4]), FixedBytes([3; 4])],
            },
        ];
        for wrong in [listed(&less, false), listed(&more, false), twice.abi_encode(), vec![1, 2, 3]] {
            let of = |cut| judged(facets(), returned(listed(&before, false)), returned(wrong.clone()), cut);
            assert_eq!(of(false), Judgement::Differs(vec![Aspect::ReturnData]));
            assert_eq!(of(true), Judgement::Undecided);
        }
        // What it says is true, and it does something besides.
        let slot = Change {
            address: DIAMOND,
            field: Field::Slot(U256::from(1)),
            before: U256::ZERO,
            after: U256::from(1),
        };
        let writes = Effects { changes: vec![slot], ..returned(listed(&after, false)) };
        let found = judged(facets(), returned(listed(&before, false)), writes, false);
        assert_eq!(found, Judgement::Differs(vec![Aspect::Storage]));
    }

    fn cut(named: &[u8]) -> Vec<u8> {
        let functions = named.iter().map(|byte| FixedBytes([*byte; 4])).collect();
        let one = FacetCut {
            facetAddress: facet(10),
            action: FacetCutAction::Replace,
            functionSelectors: functions,
        };
        let all = if named.is_empty() { Vec::new() } else { vec![one] };
        diamondCutCall { _diamondCut: all, _init: Address::ZERO, _calldata: Bytes::new() }.abi_encode()
    }

    #[test]
    fn prx_v03_who_may_cut_is_compared_by_cuts_of_what_both_releases_serve_alike() {
        let refused = || Effects { ending: Ending::Reverted, ..Effects::default() };
        let outcome = || Judgement::Differs(vec![Aspect::Outcome]);
        assert_eq!(judged(cut(&[1]), refused(), returned(Vec::new()), false), outcome());
        assert_eq!(judged(cut(&[9]), refused(), returned(Vec::new()), false), outcome());
        assert_eq!(judged(cut(&[]), refused(), returned(Vec::new()), true), outcome());
        for (named, cut_before) in [(&[2][..], false), (&[1, 3], false), (&[1], true)] {
            let found = judged(cut(named), refused(), returned(Vec::new()), cut_before);
            assert_eq!(found, Judgement::Undecided, "{named:?}");
        }
        let slot = |address, value: u64| {
            let after = U256::from(value);
            let change = Change { address, field: Field::Slot(U256::from(7)), before: U256::ZERO, after };
            Effects { changes: vec![change], ..Effects::default() }
        };
        assert_eq!(judged(cut(&[1]), slot(DIAMOND, 1), slot(DIAMOND, 2), false), same());
        let storage = Judgement::Differs(vec![Aspect::Storage]);
        assert_eq!(judged(cut(&[1]), slot(facet(1), 1), slot(facet(1), 2), false), storage);
        assert_eq!(judged(cut(&[]), slot(DIAMOND, 1), slot(DIAMOND, 2), false), storage);
    }
}
