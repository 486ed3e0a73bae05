//! The table of a comparison, and the check that it amounts to.

use crate::{call::Call, compare::Aspect};
use payrox_model::{Check, Code, Finding, RouteFlags, Selector, Severity, Verdict, text::grouped};
use serde::Serialize;

/// A facet behind the router that is not the facet.
const MISMATCH: Code = Code("PRX-PAR-001");
/// A function that is meant to be unchanged and is not.
const CHANGED: Code = Code("PRX-PAR-002");
const UNREACHED: Code = Code::ROUTE_UNREACHED;
const CLOSED: Code = Code::ROUTE_CLOSED;
const PARTED: Code = Code::ROUTE_PARTED;

/// What is held against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The facet's code at the router's address, and the router.
    DirectAndRouted,
    /// The release before, and this one.
    OldAndNew,
}

impl Comparison {
    /// In words, as the name of a check.
    pub fn title(self) -> &'static str {
        match self {
            Self::DirectAndRouted => "direct and routed",
            Self::OldAndNew => "old and new",
        }
    }

    /// Its two sides.
    pub fn sides(self) -> [&'static str; 2] {
        match self {
            Self::DirectAndRouted => ["direct", "routed"],
            Self::OldAndNew => ["old", "new"],
        }
    }
}

/// One route's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its facet's name.
    pub facet: String,
    /// Its signature.
    pub function: String,
    /// Its selector.
    pub selector: Selector,
    /// Its flags.
    pub flags: RouteFlags,
    /// Calls made in both ways.
    pub runs: u64,
    /// Of those that returned and were compared.
    pub returned: u64,
    /// Of those that did not return and were compared.
    pub reverted: u64,
    /// Of those in which gas ran out, so that nothing was compared.
    pub undecided: u64,
    /// Of those that are undecided, in which one way returned.
    pub parted: u64,
    /// Ways through the code that were told apart.
    pub paths: u64,
    /// Calls that were not the same in both ways.
    pub mismatches: u64,
    /// What that amounts to.
    pub verdict: Verdict,
    /// Why it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// Calls of which the last is not the same in both ways, as few and as simple as could be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterExample {
    /// What was held against what.
    pub comparison: Comparison,
    /// In order.
    pub calls: Vec<Call>,
    /// In what the last one differs.
    pub aspects: Vec<Aspect>,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was held against what.
    pub comparison: Comparison,
    /// By facet and function.
    pub rows: Vec<Row>,
    /// Both releases were read, and have none of the functions in common: there is nothing to compare.
    pub disjoint: bool,
    /// One for each kind of mismatch of a route.
    pub counter_examples: Vec<CounterExample>,
    /// Inputs that are worth trying again, for each route.
    pub corpus: Vec<(Selector, Vec<Vec<Call>>)>,
}

impl Outcome {
    /// Runs of all routes.
    pub fn runs(&self) -> u64 {
        self.rows.iter().map(|row| row.runs).sum()
    }

    /// The check. `described` tells, for each counter-example, what it is and where it lies.
    pub fn check(&self, described: &[String]) -> Check {
        let mut findings = Vec::new();
        for (example, text) in self.counter_examples.iter().zip(described) {
            findings.push(self.mismatch(example, text));
        }
        // One that was not kept is still a mismatch.
        for row in self.rows.iter().filter(|row| row.mismatches > 0) {
            let shown = |e: &CounterExample| e.calls.last().is_some_and(|call| call.route == row.selector);
            if !self.counter_examples.iter().any(shown) {
                findings.push(self.finding(row, self.code(), format!("{} mismatches", row.mismatches)));
            }
        }
        for row in self.rows.iter().filter(|row| row.verdict == Verdict::Unknown) {
            let code = match row {
                row if row.runs == 0 => CLOSED,
                row if row.parted > 0 => PARTED,
                _ => UNREACHED,
            };
            findings.push(Finding {
                severity: Severity::Warning,
                hint: Some(match code {
                    CLOSED => "compare on a state in which it is served".into(),
                    PARTED => {
                        "find out why it takes more gas than a transaction may have, or let it take less"
                            .into()
                    }
                    _ => "give it more runs, or a state in which it can succeed: --fuzz-runs".into(),
                }),
                ..self.finding(row, code, row.note.unwrap_or("it was not compared").into())
            });
        }
        if self.rows.is_empty() && self.disjoint {
            let summary = "no function in common: nothing that was there is there".to_owned();
            let name = format!("parity: {}", self.comparison.title());
            return Check { name, verdict: Verdict::Pass, summary, findings };
        }
        let verdict = self.rows.iter().map(|row| row.verdict).max().unwrap_or(Verdict::Unknown);
        let (routes, paths) = (self.rows.len(), self.rows.iter().map(|row| row.paths).sum());
        let returned = self.rows.iter().map(|row| row.returned).sum();
        let mismatches = self.rows.iter().map(|row| row.mismatches).sum();
        let undecided = match self.rows.iter().map(|row| row.undecided).sum() {
            0 => String::new(),
            some => format!("{} undecided, ", grouped(some)),
        };
        Check {
            name: format!("parity: {}", self.comparison.title()),
            verdict,
            summary: format!(
                "{routes} routes, {} runs, {} of them returned, {undecided}{} paths, {} mismatches",
                grouped(self.runs()),
                grouped(returned),
                grouped(paths),
                grouped(mismatches)
            ),
            findings,
        }
    }

    fn code(&self) -> Code {
        match self.comparison {
            Comparison::DirectAndRouted => MISMATCH,
            Comparison::OldAndNew => CHANGED,
        }
    }

    fn mismatch(&self, example: &CounterExample, text: &str) -> Finding {
        let selector = example.calls.last().map(|call| call.route).unwrap_or_default();
        let row = self.rows.iter().find(|row| row.selector == selector);
        let subject = row.map_or_else(|| selector.to_string(), |row| row.title());
        Finding {
            code: self.code(),
            severity: Severity::Error,
            subject,
            evidence: text.to_owned(),
            hint: Some("payrox parity replay FILE shows both sides' trace".into()),
        }
    }

    fn finding(&self, row: &Row, code: Code, evidence: String) -> Finding {
        Finding { code, severity: Severity::Error, subject: row.title(), evidence, hint: None }
    }
}

impl Row {
    /// `Facet.function(types)`.
    pub fn title(&self) -> String {
        format!("{}.{}", self.facet, self.function)
    }
}
