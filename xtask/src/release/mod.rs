//! `release`: compiles what is deployed, and proves that the committed bytes are what the sources give.

mod artifact;
mod layout;
mod reserved;
mod settings;
mod sources;

use crate::{
    failure::{Doing, Done, Failure},
    process::run_with,
    repo::{self, Repo},
};
use payrox_files::to_canonical_json;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

pub(crate) use layout::namespaces;
pub(crate) use settings::Settings;

/// Files by path below the repository's root.
pub(crate) type Files = BTreeMap<PathBuf, String>;

/// Writes the release and the sources generated from it.
pub(crate) fn write(repo: &Repo) -> Done<Vec<PathBuf>> {
    let settings = Settings::read(repo)?;
    let mut changed = Vec::new();
    let generated = reserved::generate(repo, &settings)?;
    if repo::read(&generated.0).ok().as_deref() != Some(generated.1.as_str()) {
        repo::write(&generated.0, &generated.1)?;
        changed.push(generated.0);
    }
    let files = compile(repo, &settings)?;
    for (path, text) in &files {
        let path = repo.path(path);
        if repo::read(&path).ok().as_deref() != Some(text.as_str()) {
            repo::write(&path, text)?;
            changed.push(path);
        }
    }
    for stale in stale(repo, &files) {
        std::fs::remove_file(&stale).doing(|| stale.display().to_string())?;
        changed.push(stale);
    }
    Ok(changed)
}

/// Every file that a recompilation would change.
pub(crate) fn differences(repo: &Repo) -> Done<Vec<String>> {
    let settings = Settings::read(repo)?;
    let mut different = Vec::new();
    let (path, text) = reserved::generate(repo, &settings)?;
    if repo::read(&path)? != text {
        different.push(format!("{}: not what the ABIs give", path.display()));
    }
    let files = compile(repo, &settings)?;
    for (path, text) in &files {
        match repo.read(path) {
            Ok(found) if found == *text => {}
            Ok(_) => different.push(format!("{}: other bytes than the compiler gives", path.display())),
            Err(_) => different.push(format!("{}: missing", path.display())),
        }
    }
    different.extend(stale(repo, &files).iter().map(|p| format!("{}: nothing makes it", p.display())));
    Ok(different)
}

/// What lies in the release folder although nothing makes it any more.
fn stale(repo: &Repo, files: &Files) -> Vec<PathBuf> {
    let made: Vec<PathBuf> = files.keys().map(|path| repo.path(path)).collect();
    repo::files(&repo.release(), ".json").into_iter().filter(|path| !made.contains(path)).collect()
}

/// Compiles every input and gives the files of the release.
fn compile(repo: &Repo, settings: &Settings) -> Done<Files> {
    let mut files = Files::new();
    let mut sums = BTreeMap::new();
    let mut creation = BTreeMap::new();
    let compiled: Vec<Done<(String, Value)>> = thread::scope(|scope| {
        let running: Vec<_> = settings
            .inputs
            .iter()
            .map(|input| {
                scope.spawn(move || {
                    let text = input_json(repo, settings, input)?;
                    let output = solc(repo, &text)?;
                    Ok((text, output))
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Failure::new("a compiler thread died"))))
            .collect()
    });
    for (input, result) in settings.inputs.iter().zip(compiled) {
        let (text, output) = result?;
        let file = format!("input-{}.json", input.name);
        let sum = sha256(text.as_bytes());
        for contract in &input.contracts {
            let artifact = artifact::shape(&output, contract, &file, &sum)?;
            let name = artifact::name(contract);
            creation
                .insert(name.to_owned(), artifact["bytecode"]["object"].as_str().unwrap_or("").to_owned());
            let text = to_canonical_json(&artifact).doing(|| contract.clone())?;
            sums.insert(format!("{name}.json"), sha256(text.as_bytes()));
            files.insert(Path::new("contracts/release").join(format!("{name}.json")), text);
        }
        sums.insert(file.clone(), sum);
        files.insert(Path::new("contracts/release").join(file), text);
    }
    settings.check_embedded(&creation)?;
    let text = to_canonical_json(&sums).doing(|| "digests".into())?;
    files.insert("contracts/release/sha256.json".into(), text);
    Ok(files)
}

/// Standard JSON for one input: the same bytes on every machine.
fn input_json(repo: &Repo, settings: &Settings, input: &settings::Input) -> Done<String> {
    let entries: Vec<&str> =
        input.contracts.iter().filter_map(|c| c.split_once(':')).map(|(file, _)| file).collect();
    let sources = sources::closure(repo, &repo.contracts(), &entries)?;
    let selection = json!([
        "abi",
        "evm.bytecode.object",
        "evm.bytecode.linkReferences",
        "evm.deployedBytecode.object",
        "evm.deployedBytecode.linkReferences",
        "evm.deployedBytecode.immutableReferences",
        "evm.methodIdentifiers",
        "metadata",
        "storageLayout",
    ]);
    let value = json!({
        "language": "Solidity",
        "sources": sources,
        "settings": {
            "optimizer": { "enabled": true, "runs": input.optimizer_runs },
            "viaIR": settings.via_ir,
            "evmVersion": settings.evm_version,
            "metadata": { "bytecodeHash": settings.bytecode_hash },
            "outputSelection": { "*": { "*": selection } },
        },
    });
    to_canonical_json(&value).doing(|| format!("input {}", input.name))
}

/// Runs the pinned compiler; its errors become ours.
pub(crate) fn solc(repo: &Repo, input: &str) -> Done<Value> {
    let mut command = Command::new(repo.solc());
    let text = run_with(command.arg("--standard-json"), input.as_bytes())?.demand("tools/solc")?;
    let output: Value = serde_json::from_str(&text).doing(|| "the compiler's output".into())?;
    let errors: Vec<&str> = output["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|error| error["severity"] == "error")
        .filter_map(|error| error["formattedMessage"].as_str())
        .collect();
    if errors.is_empty() { Ok(output) } else { Err(Failure::new(errors.join("\n"))) }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
