//! `forge test`, by its JSON.

use super::{failed, run};
use payrox_model::{Check, Finding, Verdict, text::escape};
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path, process::Command};

/// Findings of one run, at most.
const SHOWN: usize = 100;

#[derive(Deserialize)]
struct SuiteResult {
    test_results: BTreeMap<String, TestResult>,
}

#[derive(Deserialize)]
struct TestResult {
    status: String,
    #[serde(default)]
    reason: Option<String>,
}

pub(super) fn test(name: String, root: &Path, program: &Path, solc: Option<&Path>) -> Check {
    let mut command = Command::new(program);
    command.args(["test", "--json"]).current_dir(root).env("NO_COLOR", "1");
    if let Some(solc) = solc {
        command.env("FOUNDRY_SOLC", solc.canonicalize().unwrap_or_else(|_| solc.to_owned()));
    }
    match run::run(&mut command) {
        Ok(ran) => match read(&ran.stdout) {
            Some((0, _)) | None => run::not_run(name, &run::tail(&ran)),
            Some((passed, findings)) if findings.is_empty() && ran.success => Check {
                name,
                verdict: Verdict::Pass,
                summary: format!("{passed} of {passed} tests passed"),
                findings,
            },
            Some((number, mut findings)) => {
                if findings.is_empty() {
                    findings.push(failed("forge test", &run::tail(&ran)));
                }
                let summary = format!("{} of {number} tests passed", number.saturating_sub(findings.len()));
                findings.truncate(SHOWN);
                Check { name, verdict: Verdict::Fail, summary, findings }
            }
        },
        Err(error) => run::not_run(name, &error.to_string()),
    }
}

/// How many tests ran, and those that did not pass. A test that was skipped did not.
fn read(stdout: &str) -> Option<(usize, Vec<Finding>)> {
    // Words about the compilation come first.
    let text = &stdout[stdout.find("\n{").map(|at| at + 1).or(stdout.starts_with('{').then_some(0))?..];
    let suites: BTreeMap<String, SuiteResult> = serde_json::from_str(text.trim_end()).ok()?;
    let mut number = 0;
    let mut findings = Vec::new();
    for (suite, results) in &suites {
        let contract = suite.rsplit(':').next().unwrap_or(suite);
        for (test, result) in &results.test_results {
            number += 1;
            if result.status != "Success" {
                let subject = format!("{contract}.{}", test.split('(').next().unwrap_or(test));
                let reason = result.reason.as_deref().unwrap_or("no reason given");
                findings.push(failed(&subject, &escape(&format!("{}: {reason}", result.status))));
            }
        }
    }
    Some((number, findings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v02_forges_word_gives_every_test_that_did_not_pass() {
        let json = "Compiling…\n{\"test/a.t.sol:A\": {\"test_results\": {
            \"test_x()\": {\"status\": \"Success\", \"reason\": null},
            \"test_y(uint256)\": {\"status\": \"Failure\", \"reason\": \"no\\u001b[2J\"},
            \"test_z()\": {\"status\": \"Skipped\"}}}}";
        let (number, findings) = read(json).unwrap();
        assert_eq!(number, 3);
        let told: Vec<_> = findings.iter().map(|f| (f.subject.as_str(), f.evidence.as_str())).collect();
        assert_eq!(told, [("A.test_y", "Failure: no\\u{1b}[2J"), ("A.test_z", "Skipped: no reason given")]);
        assert!(read("error: no solc").is_none());
        assert!(read("{}").is_some_and(|(number, _)| number == 0), "no test is no pass");
    }
}
