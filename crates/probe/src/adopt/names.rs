//! Names for what has only selectors and addresses: from artifacts by their code, else from their ABIs, else from the standard.

use super::{AdoptedFacet, Matched};
use alloy_primitives::{Address, Bytes};
use payrox_artifacts::Contract;
use payrox_model::{DiamondState, Name, Selector, diamond::STANDARD_FUNCTIONS};
use std::collections::{BTreeMap, BTreeSet};

/// The diamond's own functions, in a project.
const OWN: &str = "Diamond";

pub(super) fn facets(diamond: Address, state: &DiamondState, artifacts: &[Contract]) -> Vec<AdoptedFacet> {
    let mut by_facet: BTreeMap<Address, Vec<Selector>> = BTreeMap::new();
    for (selector, facet) in &state.routes {
        by_facet.entry(*facet).or_default().push(*selector);
    }
    let known = signatures(artifacts);
    let none = Bytes::new();
    let mut used = BTreeSet::new();
    let mut one = |(address, selectors): (Address, Vec<Selector>)| {
        let code = state.code.get(&address).unwrap_or(&none).clone();
        let contract = match address == diamond {
            // Its functions are part of it: no cut brings other code for them.
            true => None,
            false => matching(&code, &selectors, artifacts),
        };
        let wanted = match &contract {
            Some(contract) => contract.id.name().parse().ok(),
            None if address == diamond => OWN.parse().ok(),
            None => None,
        };
        let name: Name = wanted.unwrap_or_else(|| Name::facet_at(address));
        let name = if used.contains(&name) { Name::facet_at(address) } else { name };
        used.insert(name.clone());
        AdoptedFacet {
            name,
            address,
            code,
            contract: contract.map(|contract| matched(contract, &selectors)),
            functions: selectors.into_iter().map(|s| (s, known.get(&s).cloned())).collect(),
        }
    };
    by_facet.into_iter().map(&mut one).collect()
}

/// The first artifact with this code that has every function that is routed to it.
fn matching<'a>(code: &[u8], selectors: &[Selector], artifacts: &'a [Contract]) -> Option<&'a Contract> {
    if code.is_empty() {
        return None;
    }
    artifacts.iter().find(|contract| {
        let has = |selector: &Selector| contract.functions.iter().any(|f| f.selector == *selector);
        contract.runtime.matches(code) && selectors.iter().all(has)
    })
}

fn matched(contract: &Contract, selectors: &[Selector]) -> Matched {
    let left = contract.functions.iter().filter(|function| !selectors.contains(&function.selector));
    let constructor = contract.abi.constructor.as_ref();
    Matched {
        contract: contract.id.to_string(),
        compiler: contract.compilation.as_ref().map(|compilation| compilation.release().to_owned()),
        exclude: left.map(|function| function.signature.clone()).collect(),
        takes_arguments: constructor.is_some_and(|constructor| !constructor.inputs.is_empty()),
    }
}

fn signatures(artifacts: &[Contract]) -> BTreeMap<Selector, String> {
    let mut known = BTreeMap::new();
    for signature in STANDARD_FUNCTIONS {
        known.insert(Selector::of(signature), signature.to_owned());
    }
    for function in artifacts.iter().flat_map(|contract| &contract.functions) {
        known.entry(function.selector).or_insert_with(|| function.signature.clone());
    }
    known
}
