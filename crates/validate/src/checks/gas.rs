//! What calls take, against the committed snapshot and the deployed release.

use super::{counted, error, judged, unknown, warning};
use crate::{Rehearsed, Subject};
use payrox_model::{Check, Gas, text::escape, text::grouped};
use payrox_plan::Plan;

/// Functions that are named where they were not measured, at most.
const SHOWN: usize = 5;

/// A route takes more than the snapshot allows.
const REGRESSION: &str = "PRX-VAL-060";
/// A route that the snapshot has not, or has only of a call that ended otherwise.
const NEW: &str = "PRX-VAL-061";
/// A route takes more than in the deployed release.
const DEPLOYED: &str = "PRX-VAL-062";
/// A route that returned in the snapshot refuses.
const REFUSES: &str = "PRX-VAL-063";
/// A route that nobody measured.
pub(crate) const UNMEASURED: &str = "PRX-VAL-064";

pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "gas";
    let Some(seen) = &subject.seen.rehearsed else { return unknown(NAME, "no rehearsal ran") };
    let missing = not_measured(subject.plan, seen);
    let update = subject.seen.update_snapshot();
    if seen.routes.is_empty() {
        return unknown(NAME, missing);
    }
    let Some(snapshot) = &subject.seen.gas_snapshot else {
        let file = escape(&subject.project.policy.gas_snapshot.display().to_string());
        return unknown(NAME, format!("there is no {file}; `{update}` writes it"));
    };
    let threshold = u64::from(subject.project.policy.gas_threshold.value);
    let mut findings = Vec::new();
    let (mut known, mut live) = (0, 0);
    for route in &subject.plan.routes {
        let name = escape(&format!("{}.{}", route.facet, route.signature));
        let Some(now) = seen.routes.get(&route.selector) else {
            let evidence = "the rehearsal made no call of it: what it takes is not known";
            let hint = "call it by hand with arguments of its types, and say in a waiver what it takes";
            findings.push(warning(UNMEASURED, name, evidence, hint));
            continue;
        };
        // What it takes to refuse says nothing about what it takes.
        if let Some(before) = snapshot.routes.get(&route.signature).filter(|_| !now.returns)
            && before.returns
        {
            known += 1;
            let evidence = format!(
                "the same call returned after {} gas, and refuses after {}",
                grouped(before.gas.0),
                grouped(now.gas.0)
            );
            let hint = format!("if that is meant, commit it: `{update}`");
            findings.push(error(REFUSES, &name, evidence, &hint));
            continue;
        }
        let before = snapshot.routes.get(&route.signature);
        match snapshot.gas(&route.signature, now) {
            Some(before) => {
                known += 1;
                if let Some(more) = above(before, now.gas, threshold) {
                    let evidence = format!("{more} than the snapshot allows ({threshold} %)");
                    let hint = format!("make it cheaper, or commit the new figure: `{update}`");
                    findings.push(error(REGRESSION, &name, evidence, &hint));
                }
            }
            None => {
                let takes = grouped(now.gas.0);
                let evidence = match before {
                    // To refuse and to return are two things.
                    Some(before) => format!(
                        "the same call refused after {} gas, and returns after {takes}: the snapshot has no figure for that",
                        grouped(before.gas.0)
                    ),
                    None => format!("the snapshot has no figure for it; now it takes {takes} gas"),
                };
                let hint = format!("`{update}`, and commit the file");
                findings.push(warning(NEW, &name, evidence, &hint));
            }
        }
        let deployed = subject.baseline.and_then(|baseline| baseline.gas.get(&route.selector));
        live += usize::from(deployed.is_some());
        if let Some(more) = deployed.and_then(|before| above(*before, now.gas, threshold)) {
            let evidence = format!("{more} than the deployed release ({threshold} % are allowed)");
            findings.push(error(
                DEPLOYED,
                &name,
                evidence,
                "users will pay it: make it cheaper, or accept it in a waiver",
            ));
        }
    }
    let mut summary = format!("{} against the snapshot", counted(known, "route"));
    if subject.baseline.is_some() {
        summary.push_str(&format!(", {live} against the deployed release"));
    }
    summary.push_str(&format!(", none may take {threshold} % more"));
    if seen.unpaused {
        summary.push_str("; the system is paused: measured on a copy that is not");
    }
    if !missing.is_empty() {
        summary.push_str(&format!("; {missing}"));
    }
    judged(NAME, summary, findings)
}

/// Which routes a rehearsal did not measure, and why, in words; empty where it measured all.
pub fn not_measured(plan: &Plan, seen: &Rehearsed) -> String {
    if seen.routes.is_empty() {
        let failed = seen.steps.iter().find_map(|step| Some((&step.name, step.failure.as_ref()?)));
        let why = failed.map(|(name, why)| format!(": {} fails, {}", escape(name), escape(why)));
        let closed = why.unwrap_or_else(|| ": the system is stopped, and refuses every call".into());
        return format!("nothing was measured{closed}");
    }
    let without = plan.routes.iter().filter(|route| !seen.routes.contains_key(&route.selector));
    let names: Vec<_> = without.map(|route| escape(&route.signature)).collect();
    if names.is_empty() {
        return String::new();
    }
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let named = names[..names.len().min(SHOWN)].join(", ");
    format!("{} not measured, for the router refuses it: {named}{more}", counted(names.len(), "route"))
}

/// How much more it takes, in words, where that is more than allowed.
fn above(before: Gas, now: Gas, threshold: u64) -> Option<String> {
    let (before, now) = (u128::from(before.0), u128::from(now.0));
    if now * 100 <= before * u128::from(100 + threshold) {
        return None;
    }
    let tenths = ((now - before) * 1_000).checked_div(before).unwrap_or(1_000);
    let shown = |gas: u128| grouped(u64::try_from(gas).unwrap_or(u64::MAX));
    Some(format!(
        "it took {} gas and takes {}: {}.{} % more",
        shown(before),
        shown(now),
        tenths / 10,
        tenths % 10
    ))
}
