//! What the compiler was asked: kept by Foundry as build-info, by others as a file of its own.

use crate::{
    contract::Contract,
    metadata::{Compilation, RawOptimizer},
    set::{SetError, Source},
};
use alloy_primitives::{B256, keccak256};
use payrox_files::FileError;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Largest input or answer of a compiler that is read.
pub(crate) const LIMIT: u64 = 256 << 20;

/// The compiler's standard JSON input: with it anybody can compile the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompilerInput {
    /// As it was kept.
    pub json: String,
    /// SHA-256 of it.
    pub hash: B256,
}

impl CompilerInput {
    pub(crate) fn new(json: String) -> Self {
        let hash = B256::from_slice(&Sha256::digest(&json));
        Self { json, hash }
    }
}

#[derive(Deserialize)]
struct BuildInfo<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    sources: BTreeMap<Cow<'a, str>, &'a RawValue>,
    settings: Settings,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default, rename = "viaIR")]
    via_ir: bool,
    #[serde(default)]
    optimizer: Option<RawOptimizer>,
}

#[derive(Deserialize)]
struct SourceText<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

pub(crate) fn find(source: &Source, contract: &Contract) -> Result<Option<CompilerInput>, SetError> {
    match source {
        Source::StandardJson { input, .. } => input.as_deref().map(whole).transpose(),
        Source::Foundry(out) => {
            let Some(compilation) = &contract.compilation else { return Ok(None) };
            for file in build_infos(&out.join("build-info"))? {
                let text = payrox_files::read_text(&file, LIMIT)?;
                let named = |error| SetError::artifact(&file, error);
                let info: BuildInfo<'_> = serde_json::from_str(&text).map_err(named)?;
                let input: Input<'_> = serde_json::from_str(info.input.get()).map_err(named)?;
                if made(compilation, contract.id.path(), &input).map_err(named)? {
                    return Ok(Some(CompilerInput::new(info.input.get().to_owned())));
                }
            }
            Ok(None)
        }
    }
}

/// The hashes of several contracts' inputs, each file read once.
pub(crate) fn hashes(source: &Source, contracts: &[Contract]) -> Result<Vec<Option<B256>>, SetError> {
    let mut hashes: Vec<_> = contracts.iter().map(|contract| contract.input_hash).collect();
    match source {
        Source::StandardJson { input, .. } => {
            let whole = input.as_deref().map(whole).transpose()?.map(|input| input.hash);
            hashes.iter_mut().for_each(|hash| *hash = hash.or(whole));
        }
        Source::Foundry(out) => {
            for file in build_infos(&out.join("build-info"))? {
                let missing = contracts.iter().zip(&mut hashes).filter(|(_, hash)| hash.is_none());
                let missing: Vec<_> =
                    missing.filter_map(|(c, hash)| Some((c.compilation.as_ref()?, c, hash))).collect();
                if missing.is_empty() {
                    break;
                }
                let text = payrox_files::read_text(&file, LIMIT)?;
                let named = |error| SetError::artifact(&file, error);
                let info: BuildInfo<'_> = serde_json::from_str(&text).map_err(named)?;
                let input: Input<'_> = serde_json::from_str(info.input.get()).map_err(named)?;
                let mut found = None;
                for (compilation, contract, hash) in missing {
                    if made(compilation, contract.id.path(), &input).map_err(named)? {
                        let sum = || B256::from_slice(&Sha256::digest(info.input.get()));
                        *hash = Some(*found.get_or_insert_with(sum));
                    }
                }
            }
        }
    }
    Ok(hashes)
}

/// Whether a compilation was made from this input. Foundry's artifacts do not say from which: source and settings do.
fn made(compilation: &Compilation, path: &str, input: &Input<'_>) -> Result<bool, serde_json::Error> {
    let Some(source) = input.sources.get(path) else { return Ok(false) };
    let source: SourceText<'_> = serde_json::from_str(source.get())?;
    Ok(compilation.source_hash == Some(keccak256(source.content.as_bytes()))
        && compilation.via_ir == input.settings.via_ir
        && compilation.optimizer_runs == input.settings.optimizer.as_ref().and_then(RawOptimizer::tuned_for))
}

fn build_infos(folder: &Path) -> Result<Vec<PathBuf>, SetError> {
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.path().extension().is_some_and(|e| e == "json")
            && entry.file_type().map_err(failed)?.is_file()
        {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn whole(file: &Path) -> Result<CompilerInput, SetError> {
    let text = payrox_files::read_text(file, LIMIT)?;
    // Read to its end, so that half a file is not taken for one.
    serde_json::from_str::<&RawValue>(&text).map_err(|error| SetError::artifact(file, error))?;
    Ok(CompilerInput::new(text))
}
