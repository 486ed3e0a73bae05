//! Whether what an explorer shows is what is on chain and what the project says.

use super::subject::{Compiled, Subject, text_hash};
use payrox_chain::explorers::{Listing, Quality};
use payrox_model::{Code, CodeHash, Finding, Severity, Verdict};

/// Verified elsewhere, and the code is another (threat B42).
pub(super) const OTHER_CODE: Code = Code("PRX-SRC-001");
/// Not verified.
pub const UNVERIFIED: Code = Code("PRX-SRC-002");
/// Compared by the explorer, and refused.
pub(super) const REFUSED: Code = Code("PRX-SRC-003");
/// Verified from other sources, by another compiler, or with other arguments.
pub(super) const OTHER_SOURCES: Code = Code("PRX-SRC-004");
/// The explorer did not say.
pub(super) const UNSAID: Code = Code("PRX-SRC-005");
/// The compiler's input was not kept.
pub(super) const NO_INPUT: Code = Code("PRX-SRC-006");
/// Not decided yet.
pub(super) const PENDING: Code = Code("PRX-SRC-007");

/// A verdict about one contract at one explorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opinion {
    pub(super) verdict: Verdict,
    pub(super) quality: Option<Quality>,
    pub(super) note: String,
    pub(super) finding: Option<Finding>,
}

impl Opinion {
    pub(super) fn against(verdict: Verdict, code: Code, subject: &str, evidence: String, hint: &str) -> Self {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        let finding = Finding {
            code,
            severity: Severity::Error,
            subject: subject.to_owned(),
            evidence: evidence.clone(),
            hint,
        };
        Self { verdict, quality: None, note: evidence, finding: Some(finding) }
    }
}

/// A listing against what was planned. The chain was compared before.
pub(super) fn listing(subject: &Subject, compiled: &Compiled, listing: &Listing) -> Opinion {
    let fail = |code, evidence| {
        let hint = "nobody must trust what is shown there; tell the explorer, and say so where users look";
        Opinion::against(Verdict::Fail, code, &subject.name, evidence, hint)
    };
    if listing.changed {
        return fail(
            OTHER_CODE,
            "verified there, but the explorer itself says that the code has changed since".into(),
        );
    }
    if let Some(found) =
        listing.code.as_ref().map(|code| CodeHash::of(code)).filter(|hash| *hash != subject.code_hash)
    {
        let expected = subject.code_hash;
        return fail(
            OTHER_CODE,
            format!("verified there for code {found}, on chain is the planned code {expected}"),
        );
    }
    let name = subject.contract.rsplit(':').next().unwrap_or_default();
    // Some explorers keep the path with the name.
    let shown = listing.contract.as_deref().map(|text| text.rsplit(':').next().unwrap_or_default());
    if let Some(other) = shown.filter(|other| *other != name) {
        return fail(OTHER_SOURCES, format!("verified there as `{other}`, not as `{name}`"));
    }
    let submission = compiled.submission.as_ref();
    if let (Some(submission), Some(version)) = (submission, &listing.compiler)
        && *version != submission.compiler
    {
        return fail(
            OTHER_SOURCES,
            format!("verified there with compiler {version}, not {}", submission.compiler),
        );
    }
    if let (Some(submission), Some(arguments)) = (submission, &listing.arguments)
        && *arguments != submission.arguments
    {
        return fail(OTHER_SOURCES, format!("verified there with constructor arguments {arguments}"));
    }
    let foreign = listing.sources.iter().filter(|text| !compiled.texts.contains(&text_hash(text))).count();
    if submission.is_some() && foreign > 0 {
        let all = listing.sources.len();
        return fail(OTHER_SOURCES, format!("{foreign} of {all} sources shown there are not the project's"));
    }
    if submission.is_none() || listing.sources.is_empty() {
        let why = match submission {
            None => "verified there, but the compiler's input was not kept: its sources cannot be compared",
            Some(_) => "verified there, but no sources are shown",
        };
        let code = if submission.is_none() { NO_INPUT } else { UNSAID };
        return Opinion::against(Verdict::Unknown, code, &subject.name, why.into(), "");
    }
    let note = match listing.quality {
        Quality::Exact => "verified, exact match",
        Quality::Partial => "verified, the code matches",
        Quality::Unsaid => "verified",
    };
    let note = format!("{note}; {} sources are the project's", listing.sources.len());
    Opinion { verdict: Verdict::Pass, quality: Some(listing.quality), note, finding: None }
}
