//! `forge test`, by its JSON.

use super::{Tool, failed, failed_somewhere, run, shown};
use payrox_model::{Check, Finding, Verdict};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    io::{BufRead, Read as _},
    path::Path,
    process::Command,
};

/// Bytes of its JSON, at most.
const LIMIT: u64 = 4 << 30;
/// Bytes of its words before, at most.
const WORDS: u64 = 1 << 20;

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
    // The compiler as JavaScript is no program: forge takes the one that its own settings name.
    if let Some(solc) = solc.filter(|solc| solc.extension().is_none_or(|extension| extension != "js")) {
        command.env("FOUNDRY_SOLC", solc.canonicalize().unwrap_or_else(|_| solc.to_owned()));
    }
    match run::run(&mut command, read) {
        Ok(ran) => match ran.output {
            Ok((0, _)) => run::not_run(name, "it found no test"),
            Err(words) => {
                let words = if ran.stderr.trim().is_empty() { words } else { ran.stderr };
                run::not_run(name, &run::tail(&words))
            }
            Ok((passed, findings)) if findings.is_empty() && ran.success => Check {
                name,
                verdict: Verdict::Pass,
                summary: format!("{passed} of {passed} tests passed"),
                findings,
            },
            Ok((number, mut findings)) => {
                if findings.is_empty() {
                    findings.push(failed_somewhere(Tool::Forge, &run::tail(&ran.stderr)));
                }
                let summary = format!("{} of {number} tests passed", number.saturating_sub(findings.len()));
                Check { name, verdict: Verdict::Fail, summary, findings: shown(findings, Tool::Forge) }
            }
        },
        Err(error) => run::not_run(name, &error.to_string()),
    }
}

/// How many tests ran, and those that did not pass; a test that was skipped did not. Else what was written in place of that.
fn read(stdout: &mut dyn BufRead) -> Result<(usize, Vec<Finding>), String> {
    let words = words(stdout)?;
    // With its traces this is a hundred megabytes for a small project: it is read as it comes, and most of it is left out.
    let suites: BTreeMap<String, SuiteResult> =
        serde_json::from_reader(stdout.take(LIMIT)).map_err(|error| format!("{words}\n{error}"))?;
    let mut number = 0;
    let mut findings = Vec::new();
    for (suite, results) in &suites {
        let contract = suite.rsplit(':').next().unwrap_or(suite);
        for (test, result) in &results.test_results {
            number += 1;
            if result.status != "Success" {
                let subject = format!("{contract}.{}", test.split('(').next().unwrap_or(test));
                let reason = result.reason.as_deref().unwrap_or("no reason given");
                findings.push(failed(&subject, &format!("{}: {reason}", result.status)));
            }
        }
    }
    Ok((number, findings))
}

/// Reads up to the line that begins with a brace: words about the compilation come first. An error where there is no such line.
fn words(stdout: &mut dyn BufRead) -> Result<String, String> {
    let mut words = Vec::new();
    loop {
        match stdout.fill_buf() {
            Ok([b'{', ..]) => return Ok(String::from_utf8_lossy(&words).into_owned()),
            Ok([]) | Err(_) => return Err(String::from_utf8_lossy(&words).into_owned()),
            Ok(_) => {
                let mut line = stdout.take(WORDS);
                if line.read_until(b'\n', &mut words).is_err() || words.len() as u64 >= WORDS {
                    return Err(String::from_utf8_lossy(&words).into_owned());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v02_forge_is_not_told_to_run_a_compiler_that_is_a_script_of_npm() {
        let folder = tempfile::tempdir().unwrap();
        let forge = folder.path().join("forge");
        let script = "#!/bin/sh\necho \"compiler: ${FOUNDRY_SOLC:-none}\" >&2\n";
        payrox_files::write_atomic(&forge, script.as_bytes()).unwrap();
        std::fs::set_permissions(&forge, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for (solc, told) in [("soljson.js", "compiler: none"), ("solc", "solc")] {
            let solc = folder.path().join(solc);
            payrox_files::write_atomic(&solc, b"").unwrap();
            let check = test("forge".into(), folder.path(), &forge, Some(&solc));
            assert!(check.summary.trim_end().ends_with(told), "{check:?}");
        }
    }

    #[test]
    fn prx_v02_forges_word_gives_every_test_that_did_not_pass() {
        let json = "Compiling…\n{\"test/a.t.sol:A\": {\"test_results\": {
            \"test_x()\": {\"status\": \"Success\", \"reason\": null},
            \"test_y(uint256)\": {\"status\": \"Failure\", \"reason\": \"no\\u001b[2J\"},
            \"test_z()\": {\"status\": \"Skipped\"}}}}";
        let (number, findings) = read(&mut json.as_bytes()).unwrap();
        assert_eq!(number, 3);
        let told: Vec<_> = findings.iter().map(|f| (f.subject.as_str(), f.evidence.as_str())).collect();
        assert_eq!(told, [("A.test_y", "Failure: no\\u{1b}[2J"), ("A.test_z", "Skipped: no reason given")]);
        assert_eq!(read(&mut "error: no solc\n".as_bytes()), Err("error: no solc\n".into()));
        assert_eq!(read(&mut "{}".as_bytes()), Ok((0, vec![])), "no test is no pass");
    }
}
