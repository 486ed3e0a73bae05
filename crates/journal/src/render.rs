//! Files for people and other tools, from what the journal knows.

use crate::{History, JournalError, history::Deployment};
use alloy_primitives::B256;
use payrox_files::{to_canonical_json, write_derived};
use payrox_model::{ChainId, version};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// What a contract's record needs besides what the journal knows.
#[derive(Clone, Debug, Default)]
pub struct ContractInfo {
    /// The ABI as JSON.
    pub abi: serde_json::Value,
    /// Hash of the compiler's input, where it is known.
    pub input_hash: Option<B256>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: u32,
    name: &'a str,
    chain_id: ChainId,
    address: String,
    abi: &'a serde_json::Value,
    transaction: Option<B256>,
    block: Option<u64>,
    constructor_arguments: String,
    code_hash: String,
    input_hash: Option<B256>,
}

/// Writes `deployment-log.txt` (a line `Name: 0xAddress` each, by name) and `deployments/<chain-id>/<Name>.json`. The same
/// journal gives the same bytes; what has them already is left alone. Returns what was written.
///
/// # Errors
/// When a file cannot be written.
pub fn render(
    project: &Path,
    chain_id: ChainId,
    history: &History,
    contracts: &BTreeMap<String, ContractInfo>,
) -> Result<Vec<PathBuf>, JournalError> {
    let deployments = history.deployments();
    let nothing = ContractInfo::default();
    let folder = project.join("deployments").join(chain_id.to_string());
    let mut written = Vec::new();
    let mut log = String::new();
    for (name, deployment) in &deployments {
        // Writing to a String cannot fail.
        let _ = writeln!(log, "{name}: {}", deployment.placed.address);
        let text = document(name, chain_id, deployment, contracts.get(*name).unwrap_or(&nothing))?;
        put(folder.join(format!("{name}.json")), &text, &mut written)?;
    }
    if !deployments.is_empty() {
        put(project.join("deployment-log.txt"), &log, &mut written)?;
    }
    Ok(written)
}

fn document(
    name: &str,
    chain_id: ChainId,
    deployment: &Deployment,
    info: &ContractInfo,
) -> Result<String, JournalError> {
    let placed = &deployment.placed;
    to_canonical_json(&Document {
        version: version::DEPLOYMENT,
        name,
        chain_id,
        address: placed.address.to_string(),
        abi: &info.abi,
        transaction: deployment.tx.map(|(tx, _)| tx),
        block: deployment.tx.map(|(_, block)| block),
        constructor_arguments: placed.constructor_args.to_string(),
        code_hash: placed.code_hash.to_string(),
        input_hash: info.input_hash,
    })
    .map_err(JournalError::Encode)
}

fn put(path: PathBuf, text: &str, written: &mut Vec<PathBuf>) -> Result<(), JournalError> {
    if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    write_derived(&path, text.as_bytes())?;
    written.push(path);
    Ok(())
}
