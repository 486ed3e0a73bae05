//! Slither, where it is installed: fed with what the compiler was asked when the artifacts were made, so that it looks at the same
//! sources, and needs neither forge nor a compiler of its own.

use crate::suite::{
    program,
    run::{run, text},
};
use payrox_artifacts::{
    CompilerInput,
    build::{Compiler, Search},
};
use payrox_model::text::escape;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    path::{Component, Path, PathBuf},
    process::Command,
};

/// Folders that a source's name may lead up, at most.
const UP: usize = 16;
/// Largest file of Slither's settings.
const LIMIT: u64 = 4 << 20;

/// In `.venv` of the project or of a folder above it, which is pinned; else on the path.
pub fn find_slither(root: &Path, path: &OsStr) -> Option<PathBuf> {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let pinned = root.ancestors().map(|folder| folder.join(".venv/bin/slither")).find(|file| file.is_file());
    pinned.or_else(|| program(&root, path, "slither"))
}

/// Slither's own settings of a project, and what somebody has decided of its results (`slither --triage-mode`).
pub const SLITHER_FILES: [&str; 2] = ["slither.config.json", "slither.db.json"];

/// Detectors that judge a contract as if it stood alone: a facet's ether is the router's, and what its libraries' functions are
/// called from is not seen.
const ALONE: &str = "locked-ether,msg-value-in-nonpayable";

/// Runs it; what `slither --json` prints. `project` is where its own settings may be.
///
/// # Errors
/// When the compiler or Slither cannot be run, in words.
pub fn run_slither(
    project: &Path,
    slither: &Path,
    compiler: &Compiler,
    search: &Search,
    input: &CompilerInput,
) -> Result<String, String> {
    let standard = input.standard(&BTreeMap::new()).map_err(|error| error.to_string())?;
    let mut question: Value = serde_json::from_str(&standard.json).map_err(|error| error.to_string())?;
    question["settings"]["outputSelection"] = json!({ "*": { "": ["ast"], "*": ["abi"] } });
    let release = compiler.version.split('+').next().unwrap_or_default();
    let answer = compiler.run(search, &question.to_string(), release).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    // Names of sources may lead out of a project: this one lies deep enough for that.
    let up = |name: &String| name.split('/').take_while(|part| *part == "..").count();
    let deep = standard.sources.keys().map(up).max().unwrap_or_default();
    if deep > UP {
        return Err("a source lies too far outside of the project".into());
    }
    let root = (0..deep).fold(folder.path().join("project"), |path, _| path.join("down"));
    for (name, text) in &standard.sources {
        let file = inside(&root, name).ok_or_else(|| format!("the source `{}` is no path", escape(name)))?;
        write(&file, text)?;
    }
    // As Hardhat leaves it: of Foundry's projects it asks forge.
    write(&root.join("hardhat.config.js"), "")?;
    write(&root.join("artifacts/build-info/1.json"), &build_info(&question, release, &answer)?)?;
    for name in SLITHER_FILES {
        if let Ok(text) = payrox_files::read_text(&project.join(name), LIMIT) {
            write(&root.join(name), &text)?;
        }
    }
    let mut command = Command::new(slither);
    command.arg(".").args(["--compile-force-framework", "hardhat", "--hardhat-ignore-compile"]);
    command.args(["--hardhat-artifacts-directory", "artifacts", "--hardhat-cache-directory", "cache"]);
    command.args([
        "--exclude",
        ALONE,
        "--filter-paths",
        "node_modules|lib/|test/",
        "--disable-color",
        "--json",
        "-",
    ]);
    let ran = run(command.current_dir(&root), text).map_err(|error| error.to_string())?;
    // It ends with an error for each result; whether it worked is in what it prints.
    if ran.output.trim_start().starts_with('{') {
        return Ok(ran.output);
    }
    let last = ran.stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(escape(&last.chars().take(200).collect::<String>()))
}

/// A path below the folder that is deep enough for those which lead up.
fn inside(root: &Path, name: &str) -> Option<PathBuf> {
    let mut path = root.to_owned();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::ParentDir if path.file_name().is_some_and(|last| last == "down") => drop(path.pop()),
            _ => return None,
        }
    }
    Some(path)
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    payrox_files::write_atomic(file, text.as_bytes()).map_err(|error| error.to_string())
}

/// Hardhat's record of a build. Slither wants to see code; where it looks at the sources alone, none does.
fn build_info(question: &Value, version: &str, answer: &str) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow)]
        sources: &'a RawValue,
        #[serde(default, borrow)]
        contracts: BTreeMap<String, BTreeMap<String, Contract<'a>>>,
    }
    #[derive(Deserialize)]
    struct Contract<'a> {
        #[serde(borrow)]
        abi: &'a RawValue,
    }
    let answer: Answer<'_> = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    let code = json!({ "object": "", "sourceMap": "" });
    let evm = json!({ "bytecode": code, "deployedBytecode": code, "methodIdentifiers": {} });
    let mut contracts = BTreeMap::new();
    for (unit, names) in &answer.contracts {
        let names: BTreeMap<_, _> = names
            .iter()
            .map(|(name, contract)| {
                let abi: Value = serde_json::from_str(contract.abi.get()).unwrap_or_default();
                (name, json!({ "abi": abi, "evm": evm, "metadata": "", "userdoc": {}, "devdoc": {} }))
            })
            .collect();
        contracts.insert(unit, names);
    }
    let contracts = serde_json::to_string(&contracts).map_err(|error| error.to_string())?;
    let sources = answer.sources.get();
    let version = json!(version);
    Ok(format!(
        "{{\"id\":\"1\",\"solcVersion\":{version},\"input\":{question},\"output\":{{\"contracts\":{contracts},\"sources\":{sources}}}}}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b49_a_source_is_written_below_the_folder_that_was_made_for_it() {
        let root = Path::new("/t/project/down/down");
        assert_eq!(inside(root, "src/A.sol").unwrap(), Path::new("/t/project/down/down/src/A.sol"));
        assert_eq!(inside(root, "../../lib/A.sol").unwrap(), Path::new("/t/project/lib/A.sol"));
        for bad in ["../../../A.sol", "/etc/passwd", "a/../../../../../A.sol"] {
            assert_eq!(inside(root, bad), None, "{bad}");
        }
    }
}
