//! One style: rustfmt and forge fmt.

use super::outcome::Report;
use crate::{failure::Done, process::run, repo::Repo};

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    report.verdict("cargo fmt", &run(repo.cargo().args(["fmt", "--all", "--check"]))?);
    for project in ["contracts", "examples/payments", "tests/diamonds"] {
        let folders: Vec<&str> =
            ["src", "test"].into_iter().filter(|f| repo.path(project).join(f).is_dir()).collect();
        if repo.foundry("forge").exists() {
            let mut forge = repo.forge(&repo.path(project));
            report.verdict(
                &format!("forge fmt {project}"),
                &run(forge.args(["fmt", "--check"]).args(folders))?,
            );
        } else {
            report.unknown.push(format!("forge fmt {project}: forge is not installed"));
        }
    }
    Ok(report)
}
