//! Whether those who hold power are who the network's policy wants.

use super::{counted, error, judged, not_for_a_diamond, unknown, warning};
use crate::Subject;
use alloy_primitives::Address;
use payrox_model::{Check, Finding, text::escape};
use std::collections::BTreeSet;

/// The owner is no contract.
const OWNER: &str = "PRX-VAL-070";
/// Too few signatures move the owner.
const THRESHOLD: &str = "PRX-VAL-071";
/// Too few guardians.
const GUARDIANS: &str = "PRX-VAL-072";
/// One account in two roles.
const DISTINCT: &str = "PRX-VAL-073";
/// How many signatures move the owner cannot be known.
pub(crate) const UNKNOWN: &str = "PRX-VAL-075";
/// A delay out of the policy's bounds.
const DELAY: &str = "PRX-VAL-074";

/// Somebody else holds a power than the files say.
const OTHERWISE: &str = "PRX-VAL-076";
/// Whether somebody holds a power whom the files do not name cannot be known.
pub(crate) const UNHEARD: &str = "PRX-VAL-077";

const OTHERS: &str = "roles: guardians, operators, delay";

/// The owner: a contract, and how many must sign.
pub(crate) fn owner(subject: &Subject<'_>) -> Check {
    const NAME: &str = "roles: owner";
    let policy = subject.network.policy.resolved(subject.network.production);
    // The owner can have changed since creation.
    let owner = subject.seen.powers.as_ref().map_or(subject.plan.system.roles.owner, |powers| powers.owner);
    if policy.owner_is_contract != Some(true) && policy.min_threshold.is_none() {
        return judged(NAME, format!("{owner}; {} demands nothing of it", subject.network.name), Vec::new());
    }
    let Some(seen) = subject.seen.owner.filter(|seen| seen.address == owner) else {
        return unknown(NAME, format!("{owner}: no endpoint says what it is"));
    };
    let wanted = u64::from(policy.min_threshold.unwrap_or(0));
    if !seen.is_contract {
        let hint = "make it a Safe, and name that in [roles] owner of the network's file";
        let finding = match policy.owner_is_contract {
            Some(true) => {
                let evidence = "one key owns the system: it has no code on this chain";
                Some(error(OWNER, owner.to_string(), evidence, hint))
            }
            _ if wanted > 1 => {
                let evidence = format!("one key can act for it, the policy wants {wanted} signatures");
                Some(error(THRESHOLD, owner.to_string(), evidence, hint))
            }
            _ => None,
        };
        return judged(NAME, format!("{owner}, an account of one key"), finding.into_iter().collect());
    }
    let what = if seen.is_safe { "a Safe" } else { "a contract" };
    match seen.threshold {
        // Of whatever code: what says itself that too few must sign is believed.
        Some(threshold) if threshold < wanted => {
            let evidence = format!("{threshold} of its owners can act for it, the policy wants {wanted}");
            let finding = error(THRESHOLD, owner.to_string(), evidence, "raise the Safe's threshold");
            judged(NAME, format!("{owner}, {what}"), vec![finding])
        }
        Some(threshold) if seen.is_safe => {
            judged(NAME, format!("{owner}, a Safe that {threshold} must sign for"), Vec::new())
        }
        _ if wanted > 0 => {
            let evidence = format!(
                "its code is not that of a Safe: how many must sign is not known, the policy wants {wanted}"
            );
            let hint =
                "make it a Safe of version 1.3.0 or 1.4.1; or find out who moves it, and say so in a waiver";
            let finding = warning(UNKNOWN, owner.to_string(), evidence, hint);
            judged(NAME, format!("{owner}, a contract"), vec![finding])
        }
        _ => judged(NAME, format!("{owner}, {what}"), Vec::new()),
    }
}

/// Guardians, operators, delay.
pub(crate) fn others(subject: &Subject<'_>) -> Check {
    let said = &subject.network.policy;
    // What a network demands by itself is for systems that can have it; what its file says is meant.
    if subject.is_diamond() && said.min_guardians.is_none() && said.min_delay.is_none() {
        return not_for_a_diamond(OTHERS, "it has an owner and nobody else, and no delay");
    }
    let policy = subject.network.policy.resolved(subject.network.production);
    let held = Held::by(subject);
    let mut findings = changed(subject);
    let hint = "name an account of another person in [roles] of the network's file";
    let wanted = policy.min_guardians.unwrap_or(0) as usize;
    if held.guardians.len() < wanted {
        let evidence = format!("{} {}, the policy wants {wanted}", held.guardians.len(), held.word);
        findings.push(error(
            GUARDIANS,
            "guardians",
            evidence,
            "a guardian can stop the system at night: name more",
        ));
    }
    for guardian in &held.guardians {
        let other = [
            ("the owner", held.owner == *guardian),
            ("the bootstrapper", held.bootstrapper == Some(*guardian)),
            ("an operator", held.operators.contains(guardian)),
        ];
        if let Some((role, _)) = other.iter().find(|(_, same)| *same) {
            let evidence = format!("it is a guardian and {role}: one stolen key has both powers");
            findings.push(error(DISTINCT, guardian.to_string(), evidence, hint));
        }
    }
    let seconds = |limit: Option<u32>| limit.map_or_else(|| "no limit".to_owned(), |s| format!("{s} s"));
    if policy.min_delay.is_some_and(|least| held.delay < least)
        || policy.max_delay.is_some_and(|most| held.delay > most)
    {
        let evidence = format!(
            "{} s between staging and activation; the policy wants at least {} and at most {}",
            held.delay,
            seconds(policy.min_delay),
            seconds(policy.max_delay)
        );
        findings.push(error(DELAY, "delay", evidence, "set [system] delay, or delay in the network's file"));
    }
    let summary = format!(
        "{}, {}, a delay of {} s{}",
        counted(held.guardians.len(), "guardian"),
        counted(held.operators.len(), "operator"),
        held.delay,
        if subject.seen.powers.is_some() { ", as the chain has it" } else { "" }
    );
    judged(OTHERS, summary, findings)
}

/// Who holds which power: on the chain, where a system is live there, else by the files.
struct Held {
    owner: Address,
    bootstrapper: Option<Address>,
    guardians: BTreeSet<Address>,
    operators: BTreeSet<Address>,
    delay: u32,
    /// How guardians are told.
    word: &'static str,
}

impl Held {
    fn by(subject: &Subject<'_>) -> Self {
        let system = &subject.plan.system;
        let roles = &system.roles;
        match &subject.seen.powers {
            Some(seen) => Self {
                owner: seen.owner,
                // It has no power once something was activated.
                bootstrapper: Some(roles.bootstrapper).filter(|_| subject.plan.epoch.0 <= 1),
                guardians: seen.guardians.clone(),
                operators: seen.operators.clone(),
                delay: seen.delay,
                word: "on the chain",
            },
            None => Self {
                owner: roles.owner,
                bootstrapper: Some(roles.bootstrapper),
                guardians: roles.guardians.iter().copied().collect(),
                operators: roles.operators.iter().copied().collect(),
                delay: system.delay,
                word: "named",
            },
        }
    }
}

/// What is otherwise on the chain than in the files. These keep what the system was created with, for its addresses follow from it:
/// what was changed since then is accepted in a waiver, by somebody who says so.
fn changed(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(seen) = &subject.seen.powers else { return Vec::new() };
    let system = &subject.plan.system;
    let roles = &system.roles;
    let mut findings = Vec::new();
    let mut tell = |about: String, evidence: String| {
        let hint = "find out who changed it and why; if it is meant, say so in a waiver: the files keep what the system was created with";
        findings.push(error(OTHERWISE, about, evidence, hint));
    };
    if seen.owner != roles.owner {
        tell(format!("owner {}", seen.owner), format!("it owns the system; the files name {}", roles.owner));
    }
    if let Some(offered) = seen.offered {
        let evidence = "ownership is offered to it: it can take the system over at any time";
        tell(format!("pending owner {offered}"), evidence.to_owned());
    }
    for (role, seen, named) in
        [("guardian", &seen.guardians, &roles.guardians), ("operator", &seen.operators, &roles.operators)]
    {
        let named: BTreeSet<Address> = named.iter().copied().collect();
        for account in seen.difference(&named) {
            tell(
                format!("{role} {account}"),
                "it has this role on the chain, and no file names it".to_owned(),
            );
        }
        for account in named.difference(seen) {
            tell(
                format!("{role} {account}"),
                "the files name it, and on the chain it has not this role".to_owned(),
            );
        }
    }
    if seen.delay != system.delay {
        let evidence = format!("{} s on the chain, {} s in the files", seen.delay, system.delay);
        tell("delay".to_owned(), evidence);
    }
    if let Some(why) = &seen.deaf {
        let evidence = format!("the chain's logs cannot be read: {}", escape(why));
        let hint =
            "use an endpoint that keeps all logs; or find out who else has a role, and say so in a waiver";
        findings.push(warning(UNHEARD, "guardians and operators", evidence, hint));
    }
    findings
}
