//! Three-valued checks with evidence.

use crate::{Code, Fault};
use serde::Serialize;

/// The outcome of a check. What could not be looked at is unknown, never a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Looked at, and as it should be.
    Pass,
    /// Could not be looked at.
    Unknown,
    /// Looked at, and not as it should be.
    Fail,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a decision.
    Warning,
    /// Stops the run.
    Error,
}

/// One thing that was found, about one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code of the rule.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about: a function, a facet, a slot, a file.
    pub subject: String,
    /// What was expected and what was seen.
    pub evidence: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Finding {
    /// An error and what caused it, about its subject, or about this where it has none.
    pub fn of(fault: &dyn Fault, otherwise: &str) -> Self {
        let mut evidence = fault.to_string();
        let mut cause = fault.source();
        while let Some(source) = cause {
            let why = source.to_string();
            if !evidence.contains(&why) {
                evidence.push_str(&format!(": {why}"));
            }
            cause = source.source();
        }
        Self {
            code: fault.code(),
            severity: Severity::Error,
            subject: fault.subject().unwrap_or_else(|| otherwise.into()),
            evidence,
            hint: fault.hint(),
        }
    }
}

/// One named check and what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Short, stable name, such as `routes`.
    pub name: String,
    /// The outcome.
    pub verdict: Verdict,
    /// What was looked at, in one line: `71 of 71 routes`.
    pub summary: String,
    /// The evidence against a pass.
    pub findings: Vec<Finding>,
}

/// The checks of one command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order they ran.
    pub checks: Vec<Check>,
}

impl Report {
    /// The worst verdict; a report without checks is unknown.
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Unknown)
    }

    /// Whether there is no check in it.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// All findings in order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|c| &c.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_check_is_never_a_pass_and_an_empty_report_neither() {
        let check = |verdict| Check { name: "x".into(), verdict, summary: String::new(), findings: vec![] };
        assert_eq!(Report::default().verdict(), Verdict::Unknown);
        let mut report = Report { checks: vec![check(Verdict::Pass), check(Verdict::Unknown)] };
        assert_eq!(report.verdict(), Verdict::Unknown);
        report.checks.push(check(Verdict::Fail));
        assert_eq!(report.verdict(), Verdict::Fail);
    }
}
