//! Files for people and other tools, from what the journal knows.

use crate::{History, JournalError, history::Deployment};
use alloy_primitives::{Address, B256};
use payrox_files::{FileError, read_text, to_canonical_json, write_derived};
use payrox_model::{ChainId, text::escape, version};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

static LOG: Mutex<()> = Mutex::new(());
/// Bytes of a contract's record, at most: its ABI is most of it.
const RECORD_LIMIT: u64 = 1 << 24;

/// What a contract's record needs besides what the journal knows.
#[derive(Clone, Debug, Default)]
pub struct ContractInfo {
    /// The ABI as JSON.
    pub abi: serde_json::Value,
    /// Hash of the compiler's input, where it is known.
    pub input_hash: Option<B256>,
}

/// Where a contract is, by its record.
#[derive(Deserialize)]
struct Standing {
    address: Address,
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

/// Writes `deployments/<chain-id>/<Name>.json` and, of all chains there, `deployment-log.txt`: a line `Name: 0xAddress` each, by name,
/// where there are several chains below a line `# chain <id>`. The same journals give the same bytes; what has them already is left
/// alone. Returns what was written.
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
    for (name, deployment) in &deployments {
        let text = document(name, chain_id, deployment, contracts.get(*name).unwrap_or(&nothing))?;
        put(folder.join(format!("{name}.json")), &text, &mut written)?;
    }
    if !deployments.is_empty() {
        // Chains of one release end at the same time: each looks at what the others have written.
        let _one = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        put(project.join("deployment-log.txt"), &log(project)?, &mut written)?;
    }
    Ok(written)
}

/// The lines of every chain that something was deployed on.
fn log(project: &Path) -> Result<String, JournalError> {
    let mut chains = BTreeMap::new();
    for folder in names(&project.join("deployments"))? {
        let Ok(chain_id) = folder.parse::<u64>() else { continue };
        let mut lines = String::new();
        for file in names(&project.join("deployments").join(&folder))? {
            let Some(name) = file.strip_suffix(".json") else { continue };
            let path = project.join("deployments").join(&folder).join(&file);
            let record: Result<Standing, _> = serde_json::from_str(&read_text(&path, RECORD_LIMIT)?);
            // Records can be edited and merged: what is none is not repeated.
            let Ok(Standing { address }) = record else { continue };
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{}: {address}", escape(name));
        }
        if !lines.is_empty() {
            chains.insert(chain_id, lines);
        }
    }
    Ok(match chains.len() {
        1 => chains.into_values().collect(),
        _ => chains.iter().map(|(id, lines)| format!("# chain {id}\n{lines}")).collect::<Vec<_>>().join("\n"),
    })
}

/// What is in a folder, by name.
fn names(folder: &Path) -> Result<BTreeSet<String>, JournalError> {
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        all.extend(name.into_string());
    }
    Ok(all)
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
