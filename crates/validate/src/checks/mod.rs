//! The rules, one file each.

mod abi;
pub(crate) mod code;
pub(crate) mod deploy;
pub(crate) mod gas;
pub(crate) mod merkle;
mod roles;
mod rollback;
pub(crate) mod selectors;
mod size;
pub(crate) mod source;
mod standards;
pub(crate) mod storage;

pub(crate) use payrox_model::text::counted;
pub(crate) use size::sizes;

use crate::{Phase, Subject};
use payrox_model::{Check, Code, Finding, Severity, Verdict};

type Rule = fn(&Subject<'_>) -> Check;

/// Codes of what could not be looked at. A check with one of them is unknown, until somebody looked himself and says so in a waiver.
pub(crate) const OPEN: [&str; 18] = [
    Code::SOURCE_NOT_COMPARED.0,
    Code::ROUTE_UNREACHED.0,
    Code::ROUTE_CLOSED.0,
    Code::ROUTE_PARTED.0,
    Code::ROUTE_NAMELESS.0,
    abi::UNRECORDED,
    gas::UNMEASURED,
    roles::UNKNOWN,
    roles::UNHEARD,
    storage::UNRESOLVED,
    storage::UNSOURCED,
    storage::UNKEPT,
    code::INCOMPLETE,
    code::UNSHOWN,
    code::UNREAD,
    source::UNSEEN,
    rollback::UNTRIED,
    rollback::DIFFERS,
];

/// Which rules belong to which phase, in the order of the report.
const RULES: &[(Phase, Rule)] = &[
    (Phase::Selectors, selectors::between_facets),
    (Phase::Selectors, selectors::with_the_router),
    (Phase::Selectors, standards::check),
    (Phase::Abi, abi::required),
    (Phase::Abi, abi::breaking),
    (Phase::Size, size::code),
    (Phase::Size, size::steps),
    (Phase::Merkle, merkle::proofs),
    (Phase::Merkle, merkle::by_the_contract),
    (Phase::Storage, storage::kept),
    (Phase::Storage, storage::plain),
    (Phase::Storage, storage::transient),
    (Phase::Storage, storage::namespaces),
    (Phase::Storage, storage::app_storage),
    (Phase::Code, code::facets),
    (Phase::Code, code::creation),
    (Phase::Code, code::initialisers),
    (Phase::Source, source::facets),
    (Phase::Source, source::own),
    (Phase::Source, source::addresses),
    (Phase::Gas, gas::check),
    (Phase::Roles, roles::owner),
    (Phase::Roles, roles::others),
    (Phase::Rollback, rollback::check),
    (Phase::Deploy, deploy::plan),
    (Phase::Deploy, deploy::exercises),
];

/// The rules of a phase.
pub(crate) fn of(phase: Phase) -> impl Iterator<Item = Rule> {
    RULES.iter().filter(move |(of, _)| *of == phase).map(|(_, rule)| *rule)
}

/// What was not looked at, and why.
pub(crate) fn unknown(name: &str, why: impl Into<String>) -> Check {
    Check { name: name.into(), verdict: Verdict::Unknown, summary: why.into(), findings: Vec::new() }
}

/// What has no meaning for a diamond: looked at, and found to be nothing.
pub(crate) fn not_for_a_diamond(name: &str, why: &str) -> Check {
    judged(name, format!("not for a diamond: {why}"), Vec::new())
}

/// What was looked at: failed where a finding is an error, unknown where one says that something could not be looked at.
pub(crate) fn judged(name: &str, summary: impl Into<String>, findings: Vec<Finding>) -> Check {
    let verdict = verdict(findings.iter());
    Check { name: name.into(), verdict, summary: summary.into(), findings }
}

/// What findings amount to.
pub(crate) fn verdict<'a>(findings: impl Iterator<Item = &'a Finding>) -> Verdict {
    let of = |finding: &Finding| match finding.severity {
        Severity::Error => Verdict::Fail,
        _ if OPEN.contains(&finding.code.0) => Verdict::Unknown,
        _ => Verdict::Pass,
    };
    findings.map(of).max().unwrap_or(Verdict::Pass)
}

/// What stops a release.
pub(crate) fn error(
    code: &'static str,
    subject: impl Into<String>,
    evidence: impl Into<String>,
    hint: &str,
) -> Finding {
    let (subject, evidence) = (subject.into(), evidence.into());
    Finding { code: Code(code), severity: Severity::Error, subject, evidence, hint: Some(hint.into()) }
}

/// What somebody should know.
pub(crate) fn warning(
    code: &'static str,
    subject: impl Into<String>,
    evidence: impl Into<String>,
    hint: &str,
) -> Finding {
    Finding { severity: Severity::Warning, ..error(code, subject, evidence, hint) }
}
