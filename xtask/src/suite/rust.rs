//! The workspace's tests: unit, integration, golden scenarios with the real binary, and the documentation's examples.

use super::outcome::Report;
use crate::{
    failure::Done,
    process::run,
    repo::{Repo, read},
};

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = if run(repo.cargo().args(["nextest", "--version"])).is_ok_and(|ran| ran.ok) {
        nextest(repo)?
    } else {
        cargo_test(repo, &["--workspace", "--all-targets"])?
    };
    let docs = cargo_test(repo, &["--workspace", "--doc"])?;
    report.passed += docs.passed;
    report.failed.extend(docs.failed);
    report.explain(&docs.detail);
    Ok(report)
}

fn nextest(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let junit = repo.path("target/nextest/suite/junit.xml");
    let _ = std::fs::remove_file(&junit);
    let mut command = repo.cargo();
    command.args(["nextest", "run", "--workspace", "--profile", "suite", "--no-tests", "pass"]);
    let ran = run(&mut command)?;
    let Ok(xml) = read(&junit) else {
        report.verdict("cargo nextest", &ran);
        return Ok(report);
    };
    for (name, passed) in cases(&xml) {
        report.test(name, passed);
    }
    if !ran.ok {
        report.explain(&ran.tail(120));
        if report.failed.is_empty() {
            report.failed.push("cargo nextest".into());
        }
    }
    Ok(report)
}

/// The test cases of a JUnit file, and whether each passed.
fn cases(xml: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for case in xml.split("<testcase ").skip(1) {
        let tag = &case[..case.find('>').unwrap_or(case.len())];
        let body = &case[..case.find("</testcase>").unwrap_or(tag.len())];
        // A test that passed on another try has <flakyFailure>, which is no <failure>.
        let failed = ["<failure", "<error", "<skipped"].iter().any(|mark| body.contains(mark));
        let attribute =
            |key: &str| tag.split(&format!("{key}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let name = attribute(" name").or(attribute("name")).unwrap_or_default();
        found.push((format!("{} {name}", attribute("classname").unwrap_or_default()), !failed));
    }
    found
}

/// The built-in runner, for where nextest is not installed, and for documentation.
pub(super) fn cargo_test(repo: &Repo, arguments: &[&str]) -> Done<Report> {
    let mut report = Report::default();
    let mut command = repo.cargo();
    command.args(["test", "--no-fail-fast"]).args(arguments);
    let ran = run(&mut command)?;
    for line in ran.stdout.lines() {
        let Some(rest) = line.strip_prefix("test ") else { continue };
        if let Some((name, verdict)) = rest.rsplit_once(" ... ")
            && !verdict.starts_with("ignored")
        {
            report.test(name.to_owned(), verdict.starts_with("ok"));
        }
    }
    if !ran.ok {
        report.explain(&ran.tail(120));
        if report.failed.is_empty() {
            report.failed.push(format!("cargo test {}", arguments.join(" ")));
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::cases;

    #[test]
    fn a_junit_file_gives_every_case_with_its_verdict() {
        let xml = r#"<testsuite name="payrox-model"><testcase name="a::b" classname="payrox-model" time="0.1">
            </testcase><testcase name="c" classname="x"><failure type="t">why</failure></testcase></testsuite>"#;
        assert_eq!(cases(xml), [("payrox-model a::b".to_owned(), true), ("x c".to_owned(), false)]);
    }
}
