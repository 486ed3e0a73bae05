//! Whoever is asked to sign, and reviews first.

use super::{
    figures::output,
    work::{Bench, plan_file},
};
use crate::failure::{Doing, Done};
use std::{fs, process::Command};
use tempfile::TempDir;

const ASKED: &str = "asked";

/// A folder with nothing but a plan and a bundle of the commit it is of; beside it what the user keeps.
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
        fs::create_dir(folder.path().join(ASKED)).doing(|| "a folder".into())?;
        let bundle = folder.path().join(ASKED).join("repo.bundle");
        git(&["bundle", "create", "--quiet", &bundle.to_string_lossy(), "HEAD"])?;
        let commit = git(&["rev-parse", "HEAD"])?;
        let project = bench.project()?;
        output(bench.payrox(project.path()).args(["plan", "--network", "local"]))?;
        fs::copy(plan_file(project.path()), folder.path().join(ASKED).join("plan.json"))
            .doing(|| "the plan".into())?;
        let asked = Self { folder, commit };
        output(&mut asked.review(bench))?;
        Ok(asked)
    }

    pub(super) fn review(&self, bench: &Bench) -> Command {
        let here = self.folder.path().join(ASKED);
        let mut command = bench.payrox(&here);
        command.env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        let packages = bench.repo.path("node_modules");
        command.current_dir(&here).args(["review", "plan.json", "--bundle", "repo.bundle"]);
        command.args(["--commit", &self.commit, "--path", "examples/payments", "--modules"]).arg(&packages);
        command.arg("--solc").arg(packages.join("solc/soljson.js"));
        command
    }
}
