//! Clippy with the workspace's lints, every warning an error.

use super::outcome::Report;
use crate::{failure::Done, process::run, repo::Repo};

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let mut clippy = repo.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    report.verdict("cargo clippy", &run(&mut clippy)?);
    Ok(report)
}
