//! The rules, one file each.

mod code;
mod source;
mod storage;

use crate::{Phase, Subject};
use payrox_model::{Check, Verdict};

type Rule = fn(&Subject<'_>) -> Check;

/// Which rules belong to which phase, in the order of the report.
const RULES: &[(Phase, Rule)] =
    &[(Phase::Storage, storage::check), (Phase::Code, code::check), (Phase::Source, source::check)];

/// The rules of a phase.
pub(crate) fn of(phase: Phase) -> impl Iterator<Item = Rule> {
    RULES.iter().filter(move |(of, _)| *of == phase).map(|(_, rule)| *rule)
}

/// A phase of which no rule exists: nothing was looked at.
pub(crate) fn not_built(phase: Phase) -> Check {
    Check {
        name: phase.name().into(),
        verdict: Verdict::Unknown,
        summary: "not built".into(),
        findings: Vec::new(),
    }
}
