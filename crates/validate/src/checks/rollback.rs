//! Whether the way back works, and in one transaction.

use super::{error, judged, unknown, warning};
use crate::{Part, Subject};
use payrox_model::{Check, Finding, limits, text::escape, text::grouped};
use payrox_plan::Inverse;

/// The way back takes more than a transaction may.
const GAS: &str = "PRX-VAL-080";
/// The way back fails.
const FAILS: &str = "PRX-VAL-081";
/// The way back leaves something other than it was.
pub(crate) const DIFFERS: &str = "PRX-VAL-082";
/// The plan takes away the way back to earlier epochs.
const RAISES: &str = "PRX-VAL-083";

/// The way back was not tried.
pub(crate) const UNTRIED: &str = "PRX-VAL-084";

const NAME: &str = "rollback";

pub(crate) fn check(subject: &Subject<'_>) -> Check {
    let mut findings = Vec::new();
    if let Some(before) = subject.plan.floor_raised_from() {
        let now = subject.plan.onchain.floor;
        let evidence =
            format!("from {before} to {now}: nobody can go back to an epoch before {now} any more");
        findings.push(error(RAISES, "floor", evidence, "no plan of payrox raises it: ask who made this one"));
    }
    let Some(seen) = &subject.seen.rehearsed else { return untried("no rehearsal ran", findings) };
    let mut most = 0;
    let mut tried = false;
    for step in seen.of(Part::WayBack) {
        tried = true;
        if let Some(why) = &step.failure {
            let hint = "there is no way back from this plan: change it";
            findings.push(error(FAILS, escape(&step.name), escape(why), hint));
        }
        let gas = step.gas.map_or(0, |gas| gas.0);
        most = most.max(gas);
        if gas > limits::TX_GAS {
            let limit = grouped(limits::TX_GAS);
            let evidence = format!("{} gas, a transaction may take {limit} (EIP-7825)", grouped(gas));
            findings.push(error(GAS, escape(&step.name), evidence, "mark rarely called functions `cold`"));
        }
    }
    if !tried && subject.plan.inverse.calls().is_empty() {
        return judged(NAME, "the plan changes nothing: there is nothing to take back", findings);
    }
    if !tried {
        return untried("the rehearsal did not come to the way back", findings);
    }
    let init = subject.plan.init.is_some();
    findings.extend(seen.differences.iter().map(|what| {
        let hint = "what an init contract or a facet writes stays: write a release that mends it";
        let finding = if init { warning } else { error };
        finding(DIFFERS, escape(what), "it is not as it was before the plan", hint)
    }));
    let what = match subject.plan.inverse {
        Inverse::PauseAndFreeze { .. } => "pause and freeze, for nothing was there before".to_owned(),
        Inverse::Rollback { target_epoch, .. } => format!("back to epoch {target_epoch}"),
        Inverse::CutBack { .. } => "cut back to what the diamond served before".to_owned(),
    };
    let compared = seen.not_compared.as_ref().map(|why| format!("; {}", escape(why)));
    let summary = format!("{what}, at most {} gas{}", grouped(most), compared.unwrap_or_default());
    // An init that writes makes the way back a matter of judgement: as a warning, what differs leaves it open.
    judged(NAME, summary, findings)
}

/// Unknown, and stays so where what was found is accepted.
fn untried(why: &str, mut findings: Vec<Finding>) -> Check {
    if findings.is_empty() {
        return unknown(NAME, why);
    }
    let hint = "mend what ends the rehearsal: the phase `deploy` shows it";
    findings.push(warning(
        UNTRIED,
        "the way back",
        format!("{why}: whether there is one is not known"),
        hint,
    ));
    judged(NAME, why, findings)
}
