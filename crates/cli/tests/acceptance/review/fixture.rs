//! Repositories with a project in them, bundles of their commits, and empty folders where those are reviewed.

use crate::{
    project::Ran,
    tools::{installed, program, repository},
};
use payrox_conforms::conforms;
use payrox_files::write_atomic;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A repository, and beside it the folder of somebody who trusts nobody.
pub(super) struct Repository {
    folder: tempfile::TempDir,
    git: PathBuf,
    pub(super) solc: String,
}

impl Repository {
    /// Without a commit; nothing where git, node or the compiler is missing.
    pub(super) fn new() -> Option<Self> {
        let (git, _) = (program("git")?, program("node")?);
        let solc = installed("node_modules/solc/soljson.js")?.display().to_string();
        let folder = tempfile::Builder::new().prefix("payrox-review-").tempdir().unwrap();
        let new = Self { folder, git, solc };
        fs::create_dir_all(new.root()).unwrap();
        fs::create_dir_all(new.empty()).unwrap();
        new.git(&["init", "--quiet", "."]);
        Some(new)
    }

    /// A small project: it compiles in a second. Its counter steps as a library says.
    pub(super) fn small() -> Option<Self> {
        let new = Self::new()?;
        new.payrox(&["init", "wallet"]).good();
        new.edit(
            "wallet/src/Counter.sol",
            "pragma solidity 0.8.30;",
            "pragma solidity 0.8.30;\n\nimport { Step } from \"dep/Step.sol\";",
        );
        new.edit(
            "wallet/src/Counter.sol",
            "++_storage().counts[msg.sender]",
            "_storage().counts[msg.sender] += Step.by()",
        );
        new.write(
            "wallet/lib/dep/Step.sol",
            "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\n\nlibrary Step {\n    function by() internal pure returns (uint256) {\n        return 1;\n    }\n}\n",
        );
        new.write("wallet/remappings.txt", "dep/=lib/dep/\n");
        new.payrox(&["build", "--project", "wallet", "--solc", &new.solc]).good();
        Some(new)
    }

    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Where reviews are made: nothing is there but what a signer was sent.
    pub(super) fn empty(&self) -> PathBuf {
        self.folder.path().join("empty")
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        write_atomic(&self.root().join(path), text.as_bytes()).unwrap();
    }

    pub(super) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new(&self.git);
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
        command.current_dir(self.root()).env("HOME", self.folder.path());
        Ran::of(&mut command).good().trim().to_owned()
    }

    /// Commits all there is, ignored or not, and puts it into the bundle.
    pub(super) fn commit(&self) -> String {
        self.git(&["add", "--all", "--force", "."]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "state"]);
        let bundle = self.empty().join("repo.bundle");
        self.git(&["bundle", "create", "--quiet", bundle.to_str().unwrap(), "HEAD"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The binary in the repository.
    pub(super) fn payrox(&self, args: &[&str]) -> Ran {
        self.command(args, &self.root())
    }

    fn command(&self, args: &[&str], at: &Path) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_payrox"));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        Ran::of(command.args(args).current_dir(at))
    }

    /// The binary in the empty folder.
    pub(super) fn anywhere(&self, args: &[&str]) -> Ran {
        self.command(args, &self.empty())
    }

    /// Plans and hands the plan over.
    pub(super) fn plan(&self, project: &str, more: &[&str]) -> Value {
        let plan = [&["plan", "--network", "local", "--project", project, "--json"], more].concat();
        let made = self.payrox(&plan);
        assert_eq!(made.status, 0, "{made:?}");
        let file = self.root().join(project).join("artifacts/dispatcher.plan.json");
        fs::copy(&file, self.empty().join("plan.json")).unwrap();
        fs::remove_dir_all(self.root().join(project).join("artifacts")).unwrap();
        serde_json::from_slice(&fs::read(self.empty().join("plan.json")).unwrap()).unwrap()
    }

    /// Reviews the plan in the empty folder.
    pub(super) fn review(&self, commit: &str, more: &[&str]) -> Ran {
        let own = ["review", "plan.json", "--commit", commit, "--solc", &self.solc];
        self.command(&[&own[..], more].concat(), &self.empty())
    }

    /// The same of the bundle, as a document; it is what its schema says.
    pub(super) fn bundled(&self, commit: &str, path: &str, more: &[&str]) -> (i32, Value) {
        let own = ["--bundle", "repo.bundle", "--path", path, "--json"];
        let ran = self.review(commit, &[&own[..], more].concat());
        assert_eq!(conforms(&payrox_review::schema(), &ran.json()), Ok(()));
        (ran.status, ran.json())
    }
}

/// Codes of a review's findings with their subjects.
pub(super) fn findings(review: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let checks = review["checks"].as_array().unwrap_or_else(|| panic!("{review:#}")).iter();
    checks
        .flat_map(|c| c["findings"].as_array().unwrap().clone())
        .map(|f| (text(&f["code"]), text(&f["subject"])))
        .collect()
}

/// The verdict of one check.
pub(super) fn verdict<'a>(review: &'a Value, check: &str) -> &'a str {
    let checks = review["checks"].as_array().unwrap();
    let found = checks.iter().find(|c| c["name"] == check);
    found.and_then(|c| c["verdict"].as_str()).unwrap_or_else(|| panic!("no check {check}: {review:#}"))
}

/// The example with the packages it needs, as somebody who vendors them commits it.
pub(super) fn example(to: &Repository) {
    copy(&repository().join("examples/payments"), &to.root().join("examples/payments"));
    copy(&repository().join("node_modules/solady/src"), &to.root().join("node_modules/solady/src"));
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (name, kind) = (entry.file_name(), entry.file_type().unwrap());
        if ["build", "cache", ".payrox", "artifacts", "deployments", "journal", "test"]
            .iter()
            .any(|n| name == *n)
        {
            continue;
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}
