//! The project's own tests: whichever tool they are written for.

mod forge;
pub(crate) mod run;

use payrox_model::{Check, Code, Finding, Severity, Verdict, text::escape};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A test of the project fails.
const FAILED: Code = Code("PRX-VAL-013");
/// Files that are looked at for tests, at most.
const LIMIT: usize = 20_000;

/// A tool that a project has tests for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `forge test`.
    Forge,
    /// `hardhat test`.
    Hardhat,
}

/// Tests of a project, and what runs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// What they are written for.
    pub tool: Tool,
    /// Where the tool is; `None` where it is not installed.
    pub program: Option<PathBuf>,
}

impl Tool {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forge => "forge",
            Self::Hardhat => "hardhat",
        }
    }
}

/// The suites of a project. `path` is where programs are looked for besides `node_modules`.
pub fn suites(root: &Path, path: &std::ffi::OsStr) -> Vec<Suite> {
    let mut found = Vec::new();
    let tests = files(root);
    let ends = |end: &str| tests.iter().any(|file| file.to_string_lossy().ends_with(end));
    if root.join("foundry.toml").is_file() && ends(".t.sol") {
        found.push(Suite { tool: Tool::Forge, program: program(root, path, "forge") });
    }
    let config = ["js", "cjs", "mjs", "ts", "cts", "mts"];
    let config = config.iter().any(|end| root.join(format!("hardhat.config.{end}")).is_file());
    let written = tests.iter().any(|file| {
        let script = file.extension().is_some_and(|end| ["js", "cjs", "mjs", "ts"].iter().any(|e| end == *e));
        script && file.starts_with(root.join("test"))
    });
    if config && written {
        found.push(Suite { tool: Tool::Hardhat, program: program(root, path, "hardhat") });
    }
    found
}

/// Runs a suite. `solc` is handed to a tool that takes a compiler.
pub fn run_suite(root: &Path, suite: &Suite, solc: Option<&Path>) -> Check {
    let name = format!("test: {}", suite.tool.name());
    let Some(program) = &suite.program else {
        let why = format!("the project has tests for {}, which is not installed", suite.tool.name());
        return Check { name, verdict: Verdict::Unknown, summary: why, findings: Vec::new() };
    };
    match suite.tool {
        Tool::Forge => forge::test(name, root, program, solc),
        Tool::Hardhat => run::hardhat(name, root, program),
    }
}

/// In `node_modules` of the project or of a folder above it, which is pinned; else on the path.
pub(crate) fn program(root: &Path, path: &std::ffi::OsStr, name: &str) -> Option<PathBuf> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-amd64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-amd64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => "",
    };
    let pinned = root.ancestors().flat_map(|folder| {
        let modules = folder.join("node_modules");
        [
            // The program itself: npm's wrapper of it costs a start of node.
            modules.join(format!("@foundry-rs/{name}-{platform}/bin/{name}")),
            modules.join(".bin").join(name),
        ]
    });
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    pinned.chain(folders.map(|folder| folder.join(name))).find(|file| file.is_file())
}

/// Every file of a project that is its own.
pub fn files(root: &Path) -> Vec<PathBuf> {
    const FOREIGN: [&str; 12] = [
        ".git",
        ".payrox",
        "artifacts",
        "broadcast",
        "build",
        "cache",
        "deployments",
        "journal",
        "lib",
        "node_modules",
        "out",
        "target",
    ];
    let (mut found, mut folders) = (Vec::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            // A link may lead anywhere, and in a circle.
            if kind.is_dir() && !FOREIGN.iter().any(|foreign| name == *foreign) {
                folders.push(entry.path());
            } else if kind.is_file() && found.len() < LIMIT {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn failed(subject: &str, evidence: &str) -> Finding {
    Finding {
        code: FAILED,
        severity: Severity::Error,
        subject: escape(subject),
        evidence: escape(evidence),
        hint: Some("run the project's own tests, and mend what fails".into()),
    }
}
