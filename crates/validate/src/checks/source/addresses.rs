//! Every address in code is one that somebody decided on.

use super::literal::{self, CONSOLE};
use crate::{
    Subject,
    checks::{counted, error, judged, warning},
    evm::Reach,
};
use alloy_primitives::{Address, address};
use payrox_model::{Check, Finding, Name, is_published};
use std::collections::BTreeSet;

/// It is in no list.
const FOREIGN: &str = "PRX-VAL-310";
/// Everybody has its key.
const PUBLISHED: &str = "PRX-VAL-311";
/// It is the console of a development chain.
const DEBUGGING: &str = "PRX-VAL-312";

/// Code that is not at hand.
pub(crate) const UNSEEN: &str = "PRX-VAL-313";

/// The canonical CREATE2 deployer: the same on every chain, and nobody's.
const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

/// The addresses in the code of the facets, and of the init contract.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "source: addresses in code";
    let allowed = allowed(subject);
    let mut findings = Vec::new();
    let (mut number, mut looked) = (0, 0);
    for facet in subject.contracts() {
        let (Some(contract), Some(code)) = (facet.contract, facet.code) else {
            let evidence = "its code is not known: what addresses are in it was not looked at";
            let hint = "build what the plan names; or look at its code by hand, and say so in a waiver";
            findings.push(warning(UNSEEN, facet.name.as_str(), evidence, hint));
            continue;
        };
        let literals = literal::addresses(code, &Reach::of(contract, code));
        number += literals.len();
        looked += 1;
        for (address, pc) in literals {
            findings.extend(judge(subject, &allowed, facet.name, address, pc));
        }
    }
    let summary = format!(
        "{} in the code of {}",
        if number == 1 { "1 address".to_owned() } else { format!("{number} addresses") },
        counted(looked, "contract")
    );
    judged(NAME, summary, findings)
}

fn judge(
    subject: &Subject<'_>,
    allowed: &BTreeSet<Address>,
    facet: &Name,
    address: Address,
    pc: usize,
) -> Option<Finding> {
    let network = &subject.network;
    // One that is accepted does not cover the next.
    let about = format!("{facet} {address}");
    if address.as_slice().ends_with(CONSOLE) {
        let evidence = format!("at {pc:#x} it speaks to `console.log`, which no chain has");
        return Some(error(
            DEBUGGING,
            facet.as_str(),
            evidence,
            "take out the calls of `console`, and its import",
        ));
    }
    // On the embedded chain everybody's accounts hold every power.
    if is_published(address) && !network.local && !network.allowed_addresses.contains(&address) {
        let evidence = format!("{address} at {pc:#x} is an account whose key everybody has");
        return Some(error(PUBLISHED, about, evidence, "put an account of your own there"));
    }
    let evidence = || format!("{address} at {pc:#x} is not among the addresses of {}", network.name);
    let hint = "if it is right on this chain, put it into allowed_addresses of the network's file";
    (!allowed.contains(&address)).then(|| error(FOREIGN, about, evidence(), hint))
}

/// What the network's file allows, what constructors are given, and what belongs to the system.
fn allowed(subject: &Subject<'_>) -> BTreeSet<Address> {
    let plan = subject.plan;
    let mut allowed = subject.network.allowed_addresses.clone();
    let given = plan.facets.iter().flat_map(|facet| facet.constructor_args.chunks_exact(32));
    allowed.extend(given.map(|word| Address::from_slice(&word[12..])));
    allowed.extend(subject.project.libraries.values());
    let given = subject.project.init.iter().flat_map(|init| &init.constructor_args);
    allowed.extend(given.filter_map(|arg| arg.to_string().parse::<Address>().ok()));
    allowed.extend(plan.facets.iter().map(|facet| facet.address));
    allowed.extend(plan.init.as_ref().map(|init| init.target));
    let own = &plan.addresses;
    allowed.extend([
        own.factory,
        own.extension,
        own.implementation,
        own.launcher,
        own.dispatcher,
        own.router,
    ]);
    allowed.insert(CREATE2_DEPLOYER);
    allowed
}
