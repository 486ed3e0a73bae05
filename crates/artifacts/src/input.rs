//! What the compiler was asked: kept by Foundry and Hardhat as build-info, by others as a file of its own.

use crate::{
    contract::Contract,
    flaw::Flaw,
    metadata::{Compilation, RawOptimizer},
    set::{SetError, Source},
};
use alloy_primitives::{Address, B256, keccak256};
use payrox_files::FileError;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
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

/// SHA-256, as it names inputs here.
pub fn sha256(bytes: &[u8]) -> B256 {
    B256::from_slice(&Sha256::digest(bytes))
}

impl CompilerInput {
    pub(crate) fn new(json: String) -> Self {
        let hash = sha256(json.as_bytes());
        Self { json, hash }
    }
}

/// The part of a compiler's input that the compiler reads: what an explorer compiles again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardInput {
    /// `language`, `sources` and `settings` alone; tools keep more beside them, and explorers refuse what they do not know.
    pub json: String,
    /// The sources' texts, by path.
    pub sources: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow)]
    language: &'a RawValue,
    #[serde(borrow)]
    sources: &'a RawValue,
    #[serde(borrow)]
    settings: &'a RawValue,
}

impl CompilerInput {
    /// What the compiler reads of it, with the addresses of libraries that were linked afterwards, by `path:Name`.
    ///
    /// # Errors
    /// When it is no standard JSON, or a source stands elsewhere.
    pub fn standard(&self, libraries: &BTreeMap<String, Address>) -> Result<StandardInput, Flaw> {
        let whole: Whole<'_> = serde_json::from_str(&self.json)?;
        let texts: BTreeMap<String, SourceText<'_>> = serde_json::from_str(whole.sources.get())?;
        let sources = texts.into_iter().map(|(path, text)| (path, text.content.into_owned())).collect();
        let mut settings = whole.settings.get().to_owned();
        if !libraries.is_empty() {
            let mut value: Value = serde_json::from_str(&settings)?;
            for (library, address) in libraries {
                if let Some((path, name)) = library.rsplit_once(':') {
                    value["libraries"][path][name] = Value::from(address.to_string());
                }
            }
            settings = value.to_string();
        }
        let (language, files) = (whole.language.get(), whole.sources.get());
        let json = format!("{{\"language\":{language},\"sources\":{files},\"settings\":{settings}}}");
        Ok(StandardInput { json, sources })
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
        Source::Folder(out) => {
            let Some(compilation) = &contract.compilation else { return Ok(None) };
            for file in build_infos(&out.join("build-info"))? {
                let text = payrox_files::read_text(&file, LIMIT)?;
                let named = |error| SetError::artifact(&file, error);
                let info: BuildInfo<'_> = serde_json::from_str(&text).map_err(named)?;
                let input: Input<'_> = serde_json::from_str(info.input.get()).map_err(named)?;
                if made(compilation, contract.unit(), &input).map_err(named)? {
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
        Source::Folder(out) => {
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
                    if made(compilation, contract.unit(), &input).map_err(named)? {
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
        let name = entry.file_name();
        // The second half of Hardhat 3's.
        let input = name.to_str().is_some_and(|n| n.ends_with(".json") && !n.ends_with(".output.json"));
        if input && entry.file_type().map_err(failed)?.is_file() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_explorer_gets_what_the_compiler_reads_and_the_libraries_that_were_linked_later() {
        let kept = json!({
            "version": "0.8.30",
            "language": "Solidity",
            "sources": { "a.sol": { "content": "contract A {}\n" } },
            "settings": { "optimizer": { "enabled": true, "runs": 200 } },
            "basePath": "/home/somebody",
        });
        let input = CompilerInput::new(kept.to_string());
        let plain = input.standard(&BTreeMap::new()).unwrap();
        assert_eq!(plain.sources["a.sol"], "contract A {}\n");
        let value: Value = serde_json::from_str(&plain.json).unwrap();
        assert_eq!(
            value.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["language", "settings", "sources"]
        );
        assert_eq!(value["settings"], kept["settings"]);
        let address = Address::repeat_byte(7);
        let linked = input.standard(&[("lib/L.sol:L".to_owned(), address)].into()).unwrap();
        let value: Value = serde_json::from_str(&linked.json).unwrap();
        assert_eq!(value["settings"]["libraries"]["lib/L.sol"]["L"], address.to_string());
        assert_eq!(value["settings"]["optimizer"], kept["settings"]["optimizer"]);
        for bad in
            ["{}", r#"{"language":"Solidity","sources":{"a.sol":{"urls":["ipfs://x"]}},"settings":{}}"#]
        {
            assert!(CompilerInput::new(bad.into()).standard(&BTreeMap::new()).is_err(), "{bad}");
        }
    }
}
