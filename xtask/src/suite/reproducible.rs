//! What is committed in compiled form is what the sources give.

use super::outcome::Report;
use crate::{failure::Done, process::run, release, repo::Repo};
use std::process::Command;

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    if !repo.foundry("forge").exists() || run(Command::new("node").arg("--version")).is_err() {
        report.unknown.push("no compiler is installed".into());
        return Ok(report);
    }
    report.judge("contracts/release", &release::differences(repo)?);
    let mut example = Command::new("node");
    example
        .args([repo.path("examples/payments/scripts/artifacts.mjs").as_os_str(), "--check".as_ref()])
        .env("FORGE", repo.foundry("forge"))
        .env("FOUNDRY_SOLC", repo.solc())
        .env("FOUNDRY_OFFLINE", "true");
    report.verdict("examples/payments/out", &run(&mut example)?);
    Ok(report)
}
