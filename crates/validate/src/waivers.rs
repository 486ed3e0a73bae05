//! Findings that the project accepts: for a reason, by somebody, for a time.

use crate::{
    checks::{counted, deploy, error, judged, merkle, selectors, verdict, warning},
    validation::{CheckReport, FindingReport},
};
use payrox_config::{Day, Waiver};
use payrox_model::{Check, Code, Finding, Severity, text::escape};
use serde::Serialize;

/// A waiver is over.
const EXPIRED: &str = "PRX-VAL-001";
/// A waiver that nothing needs.
const UNUSED: &str = "PRX-VAL-002";
/// A waiver for what nobody can accept.
const REFUSED: &str = "PRX-VAL-003";

/// Codes that no waiver helps against: with these what people sign is not what they see, or nothing stops the system, or nobody can
/// say what it is that is accepted.
const FINAL: [&str; 10] = [
    Code::TESTS_NOT_TOLD_APART.0,
    EXPIRED,
    REFUSED,
    selectors::SHARED,
    selectors::RESERVED,
    merkle::PROOF,
    merkle::ROOT,
    merkle::CONTRACT,
    deploy::STEP,
    deploy::EXERCISE,
];

/// How a waiver stands in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It covers a finding.
    Counts,
    /// Its last day is over.
    Expired,
    /// No finding needs it.
    Unused,
    /// Its code can be waived by nobody.
    Refused,
}

/// A waiver and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "as in `payrox_config::Waiver`")]
pub struct WaiverReport {
    pub code: String,
    pub subject: String,
    pub owner: String,
    pub reason: String,
    pub expires: Day,
    pub state: WaiverState,
}

/// A check with the findings that a project accepts told as such; where nothing else stood against it, it passes.
#[must_use]
pub fn accepted(check: Check, waivers: &[Waiver], today: Option<Day>) -> Check {
    let judged = Waivers::new(waivers, today).apply(&check);
    let told = |report: FindingReport| {
        let mut finding = report.finding;
        let about = |waiver: &&Waiver| waiver.code == finding.code.0 && waiver.subject == finding.subject;
        if let Some(waiver) = waivers.iter().find(about).filter(|_| report.waived) {
            finding.severity = Severity::Info;
            let (owner, reason) = (escape(&waiver.owner), escape(&waiver.reason));
            finding.hint = Some(format!("accepted by {owner} until {}: {reason}", waiver.expires));
        }
        finding
    };
    Check { verdict: judged.verdict, findings: judged.findings.into_iter().map(told).collect(), ..check }
}

/// The waivers of one project on one day.
pub(crate) struct Waivers<'a> {
    all: &'a [Waiver],
    today: Option<Day>,
    used: Vec<bool>,
}

impl<'a> Waivers<'a> {
    pub(crate) fn new(all: &'a [Waiver], today: Option<Day>) -> Self {
        Self { all, today, used: vec![false; all.len()] }
    }

    /// A check with what is waived marked. What it failed for, or was unknown for, may be waived: then it is what the rest amounts to.
    pub(crate) fn apply(&mut self, check: &Check) -> CheckReport {
        let findings: Vec<_> = check
            .findings
            .iter()
            .map(|finding| FindingReport { finding: finding.clone(), waived: self.covers(finding) })
            .collect();
        // A verdict that no finding gives stands, whatever is waived.
        let given = verdict(check.findings.iter()) == check.verdict;
        let rest = verdict(findings.iter().filter(|f| !f.waived).map(|f| &f.finding));
        CheckReport {
            name: check.name.clone(),
            verdict: if given { rest } else { check.verdict },
            summary: check.summary.clone(),
            findings,
        }
    }

    fn covers(&mut self, finding: &Finding) -> bool {
        let about = |waiver: &Waiver| waiver.code == finding.code.0 && waiver.subject == finding.subject;
        let Some(place) = self.all.iter().position(about) else { return false };
        self.used[place] = true;
        let waiver = &self.all[place];
        let counts = self.today.is_some_and(|today| today <= waiver.expires);
        counts && !FINAL.contains(&finding.code.0)
    }

    /// What is to be said of the waivers themselves, after all checks. Whether one is needed is only known when all phases ran.
    pub(crate) fn conclude(self, everything_ran: bool) -> (CheckReport, Vec<WaiverReport>) {
        let mut findings = Vec::new();
        let mut reports = Vec::new();
        for (waiver, used) in self.all.iter().zip(&self.used) {
            let name = format!("{} {}", waiver.code, escape(&waiver.subject));
            let over = self.today.is_none_or(|today| waiver.expires < today);
            let state = if FINAL.contains(&waiver.code.as_str()) {
                let evidence = "no waiver counts for this code";
                findings.push(error(
                    REFUSED,
                    name,
                    evidence,
                    "mend it, and take the waiver out of payrox.toml",
                ));
                WaiverState::Refused
            } else if over {
                let evidence =
                    format!("it ended on {}; {} gave it: {}", waiver.expires, waiver.owner, waiver.reason);
                let hint = "mend what it covers, or decide again: a new `expires` in payrox.toml";
                findings.push(error(EXPIRED, name, evidence, hint));
                WaiverState::Expired
            } else if *used {
                WaiverState::Counts
            } else {
                if everything_ran {
                    let evidence = "no finding has this code and subject";
                    findings.push(warning(UNUSED, name, evidence, "take it out of payrox.toml"));
                }
                WaiverState::Unused
            };
            reports.push(WaiverReport {
                code: waiver.code.clone(),
                subject: escape(&waiver.subject),
                owner: waiver.owner.clone(),
                reason: waiver.reason.clone(),
                expires: waiver.expires,
                state,
            });
        }
        let counting = reports.iter().filter(|report| report.state == WaiverState::Counts).count();
        let summary = match self.all.len() {
            0 => "none".to_owned(),
            all => format!("{counting} of {} in force", counted(all, "waiver")),
        };
        let check = judged("waivers", summary, findings);
        let findings = check.findings.into_iter().map(|finding| FindingReport { finding, waived: false });
        let check = CheckReport {
            name: check.name,
            verdict: check.verdict,
            summary: check.summary,
            findings: findings.collect(),
        };
        (check, reports)
    }
}
