//! Who may send a step, and whose key is here.

use alloy_primitives::Address;
use payrox_chain::Keyring;
use payrox_model::ChainSnapshot;
use payrox_plan::{Plan, Sender};

/// Everyone who may send, best first; empty for anyone.
pub(crate) fn allowed(plan: &Plan, sender: Sender, chain: &ChainSnapshot) -> Vec<Address> {
    let roles = &plan.system.roles;
    // The owner can have changed since creation.
    let owner = match &chain.diamond {
        // One that does not say who owns it is believed to be the declared owner's.
        Some(diamond) => diamond.owner.unwrap_or(roles.owner),
        None => chain.dispatcher.as_ref().map_or(roles.owner, |d| d.owner),
    };
    let first = (plan.epoch.0 == 1 && !roles.bootstrapper.is_zero()).then_some(roles.bootstrapper);
    let mut allowed: Vec<Address> = match sender {
        Sender::Anyone => Vec::new(),
        Sender::Stager => first.into_iter().chain([owner]).collect(),
        Sender::Activator => {
            first.into_iter().chain(roles.operators.iter().copied()).chain([owner]).collect()
        }
        Sender::Owner => vec![owner],
        Sender::Guardian => roles.guardians.iter().copied().chain([owner]).collect(),
    };
    let mut seen = std::collections::BTreeSet::new();
    allowed.retain(|address| seen.insert(*address));
    allowed
}

/// The sender that is used: the best one with a key. For what anyone may send, one of the plan's roles before any other.
pub(crate) fn choose(
    plan: &Plan,
    sender: Sender,
    chain: &ChainSnapshot,
    keyring: &Keyring,
) -> Option<Address> {
    let allowed = allowed(plan, sender, chain);
    if sender != Sender::Anyone {
        return allowed.into_iter().find(|address| keyring.has(*address));
    }
    let mut known = first_of_all(plan);
    known.find(|address| keyring.has(*address)).or_else(|| keyring.addresses().next())
}

/// Who would send it where nobody has a key: the first who may.
pub(crate) fn holder(plan: &Plan, sender: Sender, chain: &ChainSnapshot) -> Option<Address> {
    let mut known: Box<dyn Iterator<Item = Address>> = match sender {
        Sender::Anyone => Box::new(first_of_all(plan).chain(allowed(plan, Sender::Owner, chain))),
        _ => Box::new(allowed(plan, sender, chain).into_iter()),
    };
    known.find(|address| !address.is_zero())
}

/// The plan's roles, in the order in which they send what anyone may.
fn first_of_all(plan: &Plan) -> impl Iterator<Item = Address> {
    let roles = &plan.system.roles;
    [roles.bootstrapper].into_iter().chain(roles.operators.iter().copied()).chain([roles.owner])
}
