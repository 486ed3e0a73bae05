//! Whether those who hold power are who the network's policy wants.

use super::{counted, error, judged, not_for_a_diamond, unknown, warning};
use crate::Subject;
use payrox_model::Check;

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

const OTHERS: &str = "roles: guardians, operators, delay";

/// The owner: a contract, and how many must sign.
pub(crate) fn owner(subject: &Subject<'_>) -> Check {
    const NAME: &str = "roles: owner";
    let policy = subject.network.policy.resolved(subject.network.production);
    let owner = subject.plan.system.roles.owner;
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
    let system = &subject.plan.system;
    let roles = &system.roles;
    let mut findings = Vec::new();
    let hint = "name an account of another person in [roles] of the network's file";
    let wanted = policy.min_guardians.unwrap_or(0) as usize;
    if roles.guardians.len() < wanted {
        let evidence = format!("{} named, the policy wants {wanted}", roles.guardians.len());
        findings.push(error(
            GUARDIANS,
            "guardians",
            evidence,
            "a guardian can stop the system at night: name more",
        ));
    }
    for guardian in &roles.guardians {
        let other = [
            ("the owner", roles.owner == *guardian),
            ("the bootstrapper", roles.bootstrapper == *guardian),
            ("an operator", roles.operators.contains(guardian)),
        ];
        if let Some((role, _)) = other.iter().find(|(_, same)| *same) {
            let evidence = format!("it is a guardian and {role}: one stolen key has both powers");
            findings.push(error(DISTINCT, guardian.to_string(), evidence, hint));
        }
    }
    let seconds = |limit: Option<u32>| limit.map_or_else(|| "no limit".to_owned(), |s| format!("{s} s"));
    if policy.min_delay.is_some_and(|least| system.delay < least)
        || policy.max_delay.is_some_and(|most| system.delay > most)
    {
        let evidence = format!(
            "{} s between staging and activation; the policy wants at least {} and at most {}",
            system.delay,
            seconds(policy.min_delay),
            seconds(policy.max_delay)
        );
        findings.push(error(DELAY, "delay", evidence, "set [system] delay, or delay in the network's file"));
    }
    let summary = format!(
        "{}, {}, a delay of {} s",
        counted(roles.guardians.len(), "guardian"),
        counted(roles.operators.len(), "operator"),
        system.delay
    );
    judged(OTHERS, summary, findings)
}
