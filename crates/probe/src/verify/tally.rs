//! One check while it is being made.

use super::{SILENT, answers::Seen};
use payrox_model::{Check, Code, Finding, Severity, Verdict};
use std::fmt::Display;

pub(crate) struct Tally {
    name: &'static str,
    what: &'static str,
    looked_at: usize,
    right: usize,
    unknown: usize,
    findings: Vec<Finding>,
    hint: &'static str,
}

impl Tally {
    /// `what` completes the summary: `71 of 71 routes`.
    pub(crate) fn new(name: &'static str, what: &'static str, hint: &'static str) -> Self {
        Self { name, what, looked_at: 0, right: 0, unknown: 0, findings: Vec::new(), hint }
    }

    /// That what was seen is what was expected.
    pub(crate) fn equal<T: PartialEq + Display>(
        &mut self,
        code: Code,
        subject: &str,
        expected: &T,
        seen: Seen<T>,
    ) {
        self.judge(code, subject, seen, |seen| {
            if seen == expected { Ok(()) } else { Err(format!("expected {expected}, found {seen}")) }
        });
    }

    /// That what was seen passes a rule, which says what is wrong with it.
    pub(crate) fn judge<T>(
        &mut self,
        code: Code,
        subject: &str,
        seen: Seen<T>,
        rule: impl FnOnce(&T) -> Result<(), String>,
    ) {
        self.looked_at += 1;
        let (code, evidence) = match seen {
            Seen::Value(value) => match rule(&value) {
                Ok(()) => {
                    self.right += 1;
                    return;
                }
                Err(why) => (code, why),
            },
            Seen::Wrong(why) => (code, why),
            Seen::Unknown(why) => {
                self.unknown += 1;
                (SILENT, why)
            }
        };
        self.findings.push(Finding {
            code,
            severity: Severity::Error,
            subject: subject.to_owned(),
            evidence,
            hint: Some(self.hint.to_owned()),
        });
    }

    pub(crate) fn done(self) -> Check {
        let verdict = match () {
            () if self.findings.len() > self.unknown => Verdict::Fail,
            () if self.unknown > 0 || self.looked_at == 0 => Verdict::Unknown,
            () => Verdict::Pass,
        };
        Check {
            name: self.name.into(),
            verdict,
            summary: format!("{} of {} {}", self.right, self.looked_at, self.what),
            findings: self.findings,
        }
    }
}
