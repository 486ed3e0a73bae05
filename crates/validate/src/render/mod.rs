//! One outcome, told to people and to programs. Whatever came from outside is escaped for where it goes.

mod chart;
mod junit;
mod markdown;
mod sarif;

use crate::Validation;
use payrox_model::Verdict;

/// The files of a validation, beside its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reports {
    /// `validation-report.md`: for people.
    pub markdown: String,
    /// `validation-report.svg`: the chart in it.
    pub chart: String,
    /// `validation-report.junit.xml`: for continuous integration.
    pub junit: String,
    /// `validation-report.sarif`: for code scanning, SARIF 2.1.0.
    pub sarif: serde_json::Value,
}

/// Renders every report.
pub fn render(validation: &Validation) -> Reports {
    Reports {
        markdown: markdown::render(validation),
        chart: chart::render(validation),
        junit: junit::render(validation),
        sarif: sarif::render(validation),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail => "fail",
    }
}
