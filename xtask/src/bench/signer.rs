//! Whoever is asked to sign, and reviews first.

use super::{
    figures::output,
    work::{Bench, plan_file},
};
use crate::failure::{Doing, Done};
use std::{fs, process::Command};
use tempfile::TempDir;

/// A folder with nothing but a plan and a bundle of the commit it is of.
pub(super) struct Asked {
    folder: TempDir,
    commit: String,
}

impl Asked {
    /// What the commit compiles to is kept from here on.
    pub(super) fn of(bench: &Bench) -> Done<Self> {
        let folder = tempfile::tempdir().doing(|| "a temporary folder".into())?;
        let git = |args: &[&str]| {
            output(Command::new("git").current_dir(bench.repo.path(".")).args(args))
                .map(|said| said.trim().to_owned())
        };
        let bundle = folder.path().join("repo.bundle");
        git(&["bundle", "create", "--quiet", &bundle.to_string_lossy(), "HEAD"])?;
        let commit = git(&["rev-parse", "HEAD"])?;
        let project = bench.project()?;
        output(bench.payrox(project.path()).args(["plan", "--network", "local"]))?;
        fs::copy(plan_file(project.path()), folder.path().join("plan.json")).doing(|| "the plan".into())?;
        let asked = Self { folder, commit };
        output(&mut asked.review(bench))?;
        Ok(asked)
    }

    pub(super) fn review(&self, bench: &Bench) -> Command {
        let mut command = bench.payrox(self.folder.path());
        let packages = bench.repo.path("node_modules");
        command.current_dir(self.folder.path()).args(["review", "plan.json", "--bundle", "repo.bundle"]);
        command.args(["--commit", &self.commit, "--path", "examples/payments", "--modules"]).arg(&packages);
        command.arg("--solc").arg(packages.join("solc/soljson.js"));
        command
    }
}
