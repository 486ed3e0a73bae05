//! Symbolic tests: each `check_` function in a run of its own, all of them within ten minutes.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done},
    process::{Ran, run, run_within},
    repo::{Repo, files, read, read_json},
};
use serde_json::Value;
use std::{
    env,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const BUDGET: Duration = Duration::from_secs(600);

/// What halmos said about one check.
#[derive(Debug, PartialEq)]
enum Verdict {
    Proved,
    Refuted,
    Undecided,
}

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let checks = symbolic_checks(repo)?;
    if checks.is_empty() {
        return Ok(report);
    }
    if !run(Command::new(repo.halmos()).arg("--version")).is_ok_and(|ran| ran.ok) {
        report.unknown.push("halmos is not installed".into());
        return Ok(report);
    }
    // What nobody could decide is said in public, and nothing else may stay undecided.
    let documented = repo.read("docs/testing.md").unwrap_or_default();
    let start = Instant::now();
    for (contract, function) in checks {
        let name = format!("{contract}.{function}");
        let admitted = documented.lines().any(|l| l.contains(&function) && l.contains("undecided"));
        let left = BUDGET.saturating_sub(start.elapsed());
        if left.is_zero() && admitted {
            continue;
        }
        let ran = halmos(repo, &contract, &function, left)?;
        match verdict(repo, &ran) {
            Verdict::Proved => report.test(name, true),
            Verdict::Undecided if admitted => {}
            Verdict::Undecided => {
                report.explain(&format!("{name} is undecided after {:.0} s", ran.elapsed.as_secs_f32()));
                report.explain(&ran.tail(15));
                report.test(name, false);
            }
            Verdict::Refuted => {
                report.explain(&ran.tail(40));
                report.test(name, false);
            }
        }
    }
    Ok(report)
}

/// Contract and function of every symbolic test.
fn symbolic_checks(repo: &Repo) -> Done<Vec<(String, String)>> {
    let mut checks = Vec::new();
    for path in files(&repo.path("contracts/test/symbolic"), ".t.sol") {
        let mut contract = String::new();
        for line in read(&path)?.lines() {
            let mut words = line.trim_start().split([' ', '(']);
            match (words.next(), words.next()) {
                (Some("contract"), Some(name)) => contract = name.to_owned(),
                (Some("function"), Some(name)) if name.starts_with("check_") => {
                    checks.push((contract.clone(), name.to_owned()));
                }
                _ => {}
            }
        }
    }
    Ok(checks)
}

fn halmos(repo: &Repo, contract: &str, function: &str, limit: Duration) -> Done<Ran> {
    let json = output_file(repo);
    let _ = std::fs::remove_file(&json);
    let mut command = Command::new(repo.halmos());
    command
        .current_dir(repo.contracts())
        .env("FOUNDRY_SOLC", repo.solc())
        .env("FOUNDRY_OFFLINE", "true")
        .env("FOUNDRY_PROFILE", "symbolic")
        .env("PATH", path_with(repo.foundry("forge").parent().unwrap_or(Path::new(""))))
        .args(["--contract", contract, "--match-test", &format!("^{function}\\(")])
        .args(["--forge-build-out", "build/symbolic", "--statistics", "--json-output"])
        .arg(&json);
    std::fs::create_dir_all(repo.scratch()).doing(|| repo.scratch().display().to_string())?;
    run_within(&mut command, b"", limit)
}

fn path_with(folder: &Path) -> std::ffi::OsString {
    let mut path = folder.as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    path
}

fn output_file(repo: &Repo) -> std::path::PathBuf {
    repo.scratch().join("halmos.json")
}

fn verdict(repo: &Repo, ran: &Ran) -> Verdict {
    if ran.timed_out {
        return Verdict::Undecided;
    }
    let json = read_json(&output_file(repo)).unwrap_or_default();
    let results: Vec<&Value> = json["test_results"]
        .as_object()
        .into_iter()
        .flat_map(|contracts| contracts.values())
        .flat_map(|results| results.as_array().into_iter().flatten())
        .collect();
    match results.as_slice() {
        // What a loop's bound cut off was not looked at.
        [one] if one["exitcode"] == 0 && one["num_bounded_loops"] == 0 => Verdict::Proved,
        [one] if one["exitcode"] == 1 => Verdict::Refuted,
        // Solver timeout, a path it could not follow, all paths reverted, an exception of its own.
        _ => Verdict::Undecided,
    }
}
