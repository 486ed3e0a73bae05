//! JUnit XML: a suite a phase, a case a check.

use crate::{CheckReport, Validation};
use payrox_model::Verdict;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

pub(super) fn render(validation: &Validation) -> String {
    let mut report = Report::new(format!(
        "payrox validate: {}{}",
        validation.about.system,
        validation.extent().map(|extent| format!(" ({extent})")).unwrap_or_default()
    ));
    for phase in &validation.phases {
        let mut suite = TestSuite::new(phase.phase.name());
        suite.set_time(Duration::from_millis(phase.took_ms));
        suite.add_test_cases(phase.checks.iter().map(|check| case(phase.phase.name(), check)));
        report.add_test_suite(suite);
    }
    if !validation.waivers.is_empty() {
        let mut suite = TestSuite::new("waivers");
        suite.add_test_case(case("waivers", &validation.exceptions));
        report.add_test_suite(suite);
    }
    // The writer is memory, and the text was made fit for XML by the library.
    report.to_string().unwrap_or_default()
}

fn case(class: &str, check: &CheckReport) -> TestCase {
    let status = match check.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        // Most readers take what was skipped for a pass; what is unknown is none.
        Verdict::Unknown => told(NonSuccessKind::Error, "unknown", check),
        Verdict::Fail => told(NonSuccessKind::Failure, "finding", check),
    };
    let mut case = TestCase::new(check.name.as_str(), status);
    case.set_classname(format!("payrox.{class}"));
    if check.verdict == Verdict::Pass && !check.findings.is_empty() {
        case.set_system_out(findings(check));
    }
    case
}

fn told(kind: NonSuccessKind, kind_name: &str, check: &CheckReport) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(kind_name).set_message(check.summary.as_str()).set_description(findings(check));
    status
}

fn findings(check: &CheckReport) -> String {
    let lines = check.findings.iter().map(|report| {
        let finding = &report.finding;
        let waived = if report.waived { " (waived)" } else { "" };
        let hint = finding.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        format!("{}{waived} {}: {}{hint}", finding.code, finding.subject, finding.evidence)
    });
    lines.collect::<Vec<_>>().join("\n")
}
