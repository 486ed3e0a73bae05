//! Foundry's tests of the contracts and of the example.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done, Failure},
    process::run,
    repo::Repo,
};
use serde_json::Value;
use std::{path::Path, process::Command};

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    forge(repo, &repo.contracts(), |command| {
        command.args(["--no-match-path", "test/symbolic/**"]);
    })
}

pub(crate) fn check_example(repo: &Repo) -> Done<Report> {
    forge(repo, &repo.path("examples/payments"), |_| {})
}

fn forge(repo: &Repo, project: &Path, prepare: impl FnOnce(&mut Command)) -> Done<Report> {
    let mut report = Report::default();
    if !repo.foundry("forge").exists() {
        report.unknown.push(format!("{}: forge is not installed", project.display()));
        return Ok(report);
    }
    let mut command = repo.forge(project);
    command.args(["test", "--json"]);
    prepare(&mut command);
    let ran = run(&mut command)?;
    let results = forge_results(&ran.stdout)
        .map_err(|failure| Failure::new(format!("forge test: {failure}\n{}", ran.tail(60))))?;
    if results.is_empty() {
        report.failed.push("forge ran no test".into());
        report.explain(&ran.tail(40));
    }
    for (name, failure) in results {
        if let Some(why) = &failure {
            report.explain(&format!("{name}: {why}"));
        }
        report.test(name, failure.is_none());
    }
    Ok(report)
}

/// Every test in the output of `forge test --json`, with why it failed.
pub(crate) fn forge_results(stdout: &str) -> Done<Vec<(String, Option<String>)>> {
    let text = &stdout[stdout.find('{').doing(|| "no JSON was printed".into())?..];
    let suites: Value = serde_json::from_str(text.trim_end()).doing(|| "its JSON".into())?;
    let mut found = Vec::new();
    for (suite, results) in suites.as_object().into_iter().flatten() {
        let contract = suite.rsplit(':').next().unwrap_or(suite);
        for (test, result) in results["test_results"].as_object().into_iter().flatten() {
            let name = format!("{contract}.{}", test.split('(').next().unwrap_or(test));
            let failure = (result["status"] != "Success").then(|| {
                let reason = result["reason"].as_str().unwrap_or("no reason given");
                match &result["counterexample"] {
                    Value::Null => reason.to_owned(),
                    found => format!("{reason}; counterexample {found}"),
                }
            });
            found.push((name, failure));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::forge_results;

    #[test]
    fn forges_output_gives_every_test_with_why_it_failed() {
        let json = r#"Compiling…
            {"test/a.t.sol:A": {"test_results": {
                "test_A1_x()": {"status": "Success"},
                "test_A2_y(uint256)": {"status": "Failure", "reason": "no", "counterexample": null},
                "test_A3_z()": {"status": "Skipped"}}}}"#;
        let found = forge_results(json).unwrap();
        assert_eq!(found[0], ("A.test_A1_x".to_owned(), None));
        assert_eq!(found[1], ("A.test_A2_y".to_owned(), Some("no".to_owned())));
        assert!(found[2].1.is_some(), "what was skipped did not pass");
        assert!(forge_results("error").is_err());
    }
}
