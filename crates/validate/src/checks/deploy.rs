//! Whether the whole plan ran in the rehearsal, and what stops a system stopped it.

use super::{counted, error, judged, not_for_a_diamond, unknown};
use crate::{Part, Subject};
use payrox_model::{Check, text::escape, text::grouped};

/// A step of the plan fails.
pub(crate) const STEP: &str = "PRX-VAL-090";
/// Pause, forbid, freeze or their ends do not do what they are for.
pub(crate) const EXERCISE: &str = "PRX-VAL-091";

/// Every step of the plan.
pub(crate) fn plan(subject: &Subject<'_>) -> Check {
    part(subject, Part::Plan, "deploy: the plan", STEP, "nothing was sent; the evidence decodes the reason")
}

/// Pause, unpause, forbid, allow, freeze, unfreeze.
pub(crate) fn exercises(subject: &Subject<'_>) -> Check {
    const NAME: &str = "deploy: pause, forbid, freeze";
    if subject.is_diamond() {
        return not_for_a_diamond(NAME, "nothing of it can be stopped, unless its own facets can");
    }
    part(subject, Part::Exercise, NAME, EXERCISE, "who must stop this system could not: do not send the plan")
}

fn part(subject: &Subject<'_>, part: Part, name: &str, code: &'static str, hint: &str) -> Check {
    let Some(seen) = &subject.seen.rehearsed else { return unknown(name, "no rehearsal ran") };
    let findings: Vec<_> = seen
        .of(part)
        .filter_map(|step| Some(error(code, escape(&step.name), escape(step.failure.as_ref()?), hint)))
        .collect();
    let steps = seen.of(part).count();
    if steps == 0 && part == Part::Exercise {
        return unknown(name, "the rehearsal did not come to it");
    }
    let gas: u64 = seen.of(part).filter_map(|step| step.gas).map(|gas| gas.0).sum();
    let summary = match steps {
        0 => "everything is true already".to_owned(),
        steps => format!("{} ran, {} gas", counted(steps, "step"), grouped(gas)),
    };
    judged(name, summary, findings)
}
