//! The project's own tests: whichever tool they are written for.

mod files;
mod forge;
mod mocha;
pub(crate) mod run;

pub use files::files;

use payrox_model::{Check, Code, Finding, Severity, Verdict, text::escape};
use std::path::{Path, PathBuf};

/// A test of the project fails.
const FAILED: Code = Code("PRX-VAL-013");
/// A project without tests.
const NONE: Code = Code("PRX-VAL-015");

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
    let tests = files::own(root);
    let ends = |end: &str| tests.iter().any(|file| file.to_string_lossy().ends_with(end));
    let foundry = root.join("foundry.toml").is_file();
    if foundry && ends(".t.sol") {
        found.push(Suite { tool: Tool::Forge, program: program(root, path, "forge") });
    }
    let config = ["js", "cjs", "mjs", "ts", "cts", "mts"];
    let config = config.iter().any(|end| root.join(format!("hardhat.config.{end}")).is_file());
    let written = tests.iter().any(|file| {
        let script = file.extension().is_some_and(|end| ["js", "cjs", "mjs", "ts"].iter().any(|e| end == *e));
        // Hardhat 3 runs tests in Solidity too: those beside the contracts, and what is in `test`, where that is not forge's.
        let text = file.to_string_lossy();
        let solidity = file.starts_with(root.join("contracts")) && text.ends_with(".t.sol");
        let below = file.starts_with(root.join("test"));
        solidity || below && (script || !foundry && text.ends_with(".sol"))
    });
    if config && written {
        found.push(Suite { tool: Tool::Hardhat, program: program(root, path, "hardhat") });
    }
    found
}

/// What is said of a project that has none.
pub fn no_suite() -> Check {
    let finding = Finding {
        code: NONE,
        severity: Severity::Error,
        subject: "tests".into(),
        evidence: "the project has no tests for forge or hardhat".into(),
        hint: Some("write some, or accept it in a waiver".into()),
    };
    Check {
        name: "test: the project's own".into(),
        verdict: Verdict::Fail,
        summary: "there are none".into(),
        findings: vec![finding],
    }
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

/// Findings of a suite, at most.
const SHOWN: usize = 100;

/// A test that did not pass.
fn failed(subject: &str, evidence: &str) -> Finding {
    found(FAILED, subject, evidence)
}

/// Tests that did not pass, of which nobody knows which they are.
fn failed_somewhere(tool: Tool, evidence: &str) -> Finding {
    found(Code::TESTS_NOT_TOLD_APART, &format!("{} test", tool.name()), evidence)
}

/// As many as are shown, and that there are more.
fn shown(mut findings: Vec<Finding>, tool: Tool) -> Vec<Finding> {
    let more = findings.len().saturating_sub(SHOWN);
    if more > 0 {
        findings.truncate(SHOWN);
        findings.push(failed_somewhere(tool, &format!("{more} more did not pass")));
    }
    findings
}

fn found(code: Code, subject: &str, evidence: &str) -> Finding {
    Finding {
        code,
        severity: Severity::Error,
        subject: escape(subject),
        evidence: escape(evidence),
        hint: Some("run the project's own tests, and mend what fails".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_files::write_atomic;

    #[test]
    fn prx_v02_tests_in_solidity_beside_the_contracts_are_tests_of_hardhat() {
        let tools = |files: &[&str]| {
            let folder = tempfile::tempdir().unwrap();
            for file in files {
                write_atomic(&folder.path().join(file), b"x").unwrap();
            }
            let found = suites(folder.path(), std::ffi::OsStr::new(""));
            found.iter().map(|suite| suite.tool.name()).collect::<Vec<_>>()
        };
        assert_eq!(
            tools(&["hardhat.config.ts", "contracts/Counter.sol", "contracts/Counter.t.sol"]),
            ["hardhat"]
        );
        assert_eq!(tools(&["hardhat.config.ts", "test/Counter.sol"]), ["hardhat"]);
        assert_eq!(tools(&["hardhat.config.ts", "foundry.toml", "test/Counter.t.sol"]), ["forge"]);
        assert_eq!(tools(&["hardhat.config.js", "test/counter.js"]), ["hardhat"]);
        assert!(tools(&["hardhat.config.js", "contracts/Counter.sol", "lib/a/test/A.t.sol"]).is_empty());
    }

    #[test]
    fn prx_v02_a_project_without_tests_fails_for_a_reason_that_a_waiver_can_name() {
        let check = no_suite();
        assert_eq!((check.verdict, check.findings[0].code), (Verdict::Fail, NONE));
        assert_eq!(check.findings[0].severity, Severity::Error, "only such a one is lifted by a waiver");
    }
}
