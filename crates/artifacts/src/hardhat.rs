//! What Hardhat leaves: a short file a contract, and the compiler's question and answer beside it as build-info. Hardhat 2
//! keeps both in one file and names it in a second one, Hardhat 3 keeps them in two and names them in the artifact.

use crate::{
    contract::Contract,
    flaw::Flaw,
    input,
    metadata::{Compilation, RawOptimizer},
    reference::{ContractId, shorten},
    set::SetError,
    standard_json,
};
use alloy_primitives::{B256, keccak256};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What both versions call the format of an artifact.
const ARTIFACTS: [&str; 2] = ["hh-sol-artifact-1", "hh3-artifact-1"];
/// The same of build-info, and of its second half.
const BUILD_INFOS: [&str; 2] = ["hh-sol-build-info-1", "hh3-sol-build-info-1"];
const OUTPUT: &str = "hh3-sol-build-info-output-1";
/// Largest file that names a build-info.
const NAME_LIMIT: u64 = 64 << 10;

/// Endings of files that stand among the artifacts and are none.
pub(crate) const BESIDE: [&str; 2] = [".dbg.json", ".output.json"];

/// What every artifact is looked at for: Foundry's say no format.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(default, borrow, rename = "_format")]
    format: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactFile<'a> {
    #[serde(borrow)]
    contract_name: Cow<'a, str>,
    #[serde(borrow)]
    source_name: Cow<'a, str>,
    #[serde(borrow)]
    bytecode: Cow<'a, str>,
    #[serde(borrow)]
    deployed_bytecode: Cow<'a, str>,
    #[serde(default, borrow)]
    input_source_name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    build_info_id: Option<Cow<'a, str>>,
}

/// What Hardhat 2 puts beside an artifact.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Beside<'a> {
    #[serde(borrow)]
    build_info: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo<'a> {
    #[serde(borrow, rename = "_format")]
    format: Cow<'a, str>,
    #[serde(borrow)]
    solc_long_version: Cow<'a, str>,
    #[serde(default, borrow)]
    user_source_name_map: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(default, borrow)]
    output: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct OutputFile<'a> {
    #[serde(borrow, rename = "_format")]
    format: Cow<'a, str>,
    #[serde(borrow)]
    output: &'a RawValue,
}

#[derive(Deserialize)]
struct Input<'a> {
    #[serde(borrow)]
    sources: BTreeMap<Cow<'a, str>, &'a RawValue>,
    #[serde(borrow)]
    settings: Settings<'a>,
}

#[derive(Deserialize)]
struct Source<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    #[serde(default, rename = "viaIR")]
    via_ir: bool,
    #[serde(default)]
    optimizer: Option<RawOptimizer>,
    #[serde(default, borrow)]
    evm_version: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    metadata: Option<Trailer<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trailer<'a> {
    #[serde(default, borrow)]
    bytecode_hash: Option<Cow<'a, str>>,
}

/// An artifact of Hardhat that was found; its code is taken from the build-info that it names.
pub(crate) struct Artifact {
    pub(crate) id: ContractId,
    /// The compiler's name of the source.
    unit: String,
    file: PathBuf,
    build_info: PathBuf,
    creation: String,
    runtime: String,
}

/// The artifact, where the text of a file in `out` is one of Hardhat's.
pub(crate) fn artifact(out: &Path, file: &Path, text: &str) -> Result<Option<Artifact>, SetError> {
    let flawed = |flaw: Flaw| SetError::artifact(file, flaw);
    // What is malformed is refused by whoever reads it as what it is.
    let Ok(Shape { format: Some(format) }) = serde_json::from_str(text) else { return Ok(None) };
    if !format.starts_with("hh") {
        return Ok(None);
    }
    if !ARTIFACTS.contains(&format.as_ref()) {
        let why = format!("its format `{}` is unknown", shorten(&format));
        return Err(flawed(Flaw::Shape { why }));
    }
    let raw: ArtifactFile<'_> = serde_json::from_str(text).map_err(|e| flawed(e.into()))?;
    let id = ContractId::new(&raw.source_name, &raw.contract_name).map_err(flawed)?;
    let unit = raw.input_source_name.as_deref().unwrap_or(id.path()).to_owned();
    let name = match raw.build_info_id {
        Some(name) => name.into_owned(),
        None => beside(file)?,
    };
    Ok(Some(Artifact {
        id,
        unit,
        file: file.to_owned(),
        build_info: place(out, &name).map_err(flawed)?,
        creation: raw.bytecode.into_owned(),
        runtime: raw.deployed_bytecode.into_owned(),
    }))
}

/// The build-info that Hardhat 2 names beside an artifact.
fn beside(file: &Path) -> Result<String, SetError> {
    let at = file.with_extension("dbg.json");
    let text = match payrox_files::read_text(&at, NAME_LIMIT) {
        Err(payrox_files::FileError::Missing { .. }) => {
            return Err(SetError::artifact(file, Flaw::NoBuildInfo { name: "names none".into() }));
        }
        read => read?,
    };
    let named: Beside<'_> = serde_json::from_str(&text).map_err(|e| SetError::artifact(&at, e))?;
    let name = named.build_info.rsplit('/').next().unwrap_or_default();
    Ok(name.strip_suffix(".json").unwrap_or(name).to_owned())
}

/// Where a build-info of this name is. The name comes from a file: it must not lead elsewhere.
fn place(out: &Path, name: &str) -> Result<PathBuf, Flaw> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if name.is_empty() || name.len() > 128 || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(Flaw::NoBuildInfo { name: format!("names `{}`, which is no name", shorten(name)) });
    }
    Ok(out.join("build-info").join(format!("{name}.json")))
}

/// The contracts of artifacts; each build-info is read once.
pub(crate) fn contracts(artifacts: Vec<Artifact>) -> Result<Vec<Contract>, SetError> {
    let mut by_info: BTreeMap<PathBuf, Vec<Artifact>> = BTreeMap::new();
    for artifact in artifacts {
        by_info.entry(artifact.build_info.clone()).or_default().push(artifact);
    }
    let mut all = Vec::new();
    for (file, artifacts) in by_info {
        all.extend(read(&file, &artifacts)?);
    }
    Ok(all)
}

fn read(file: &Path, artifacts: &[Artifact]) -> Result<Vec<Contract>, SetError> {
    let text = part(file, artifacts)?;
    let malformed = |e: serde_json::Error| SetError::artifact(file, e);
    let info: BuildInfo<'_> = serde_json::from_str(&text).map_err(malformed)?;
    if !BUILD_INFOS.contains(&info.format.as_ref()) {
        let why = format!("its format `{}` is unknown", shorten(&info.format));
        return Err(SetError::artifact(file, Flaw::Shape { why }));
    }
    let input: Input<'_> = serde_json::from_str(info.input.get()).map_err(malformed)?;
    let input_hash = input::sha256(info.input.get().as_bytes());
    let (second, at);
    let (output, at) = match info.output {
        Some(output) => (output, file),
        None => {
            at = file.with_extension("output.json");
            second = part(&at, artifacts)?;
            let split: OutputFile<'_> =
                serde_json::from_str(&second).map_err(|e| SetError::artifact(&at, e))?;
            if split.format != OUTPUT {
                let why = format!("its format `{}` is unknown", shorten(&split.format));
                return Err(SetError::artifact(&at, Flaw::Shape { why }));
            }
            (split.output, at.as_path())
        }
    };
    let answered = standard_json::contracts(output.get()).map_err(|flaw| SetError::artifact(at, flaw))?;
    let answered: BTreeMap<(&str, &str), &RawValue> =
        answered.iter().map(|(unit, name, json)| ((unit.as_str(), name.as_str()), *json)).collect();
    let one = |artifact: &Artifact| {
        let json = answered.get(&(artifact.unit.as_str(), artifact.id.name()));
        complete(artifact, json.copied(), &info, &input, input_hash)
            .map_err(|flaw| SetError::artifact(&artifact.file, flaw))
    };
    artifacts.iter().map(one).collect()
}

/// A half of a build-info, which the first of its artifacts says is there.
fn part(file: &Path, artifacts: &[Artifact]) -> Result<String, SetError> {
    match payrox_files::read_text(file, input::LIMIT) {
        Err(payrox_files::FileError::Missing { .. }) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let flaw = Flaw::NoBuildInfo { name: format!("names {}, which is not there", shorten(&name)) };
            Err(SetError::artifact(artifacts.first().map_or(file, |a| &a.file), flaw))
        }
        read => Ok(read?),
    }
}

/// The contract as the compiler answered it, if that is what the artifact says.
fn complete(
    artifact: &Artifact,
    json: Option<&RawValue>,
    info: &BuildInfo<'_>,
    input: &Input<'_>,
    input_hash: B256,
) -> Result<Contract, Flaw> {
    let disagree = |part| Flaw::BuildInfo { part };
    let mapped = info.user_source_name_map.as_ref().map(|map| map.get(artifact.id.path()));
    if mapped.is_some_and(|unit| unit.is_none_or(|unit| *unit != artifact.unit)) {
        return Err(disagree("the name of the source"));
    }
    let json = json.ok_or(disagree("the contract"))?;
    let mut contract = standard_json::parse(
        &artifact.unit,
        artifact.id.name(),
        json.get(),
        &artifact.file,
        Some(input_hash),
    )?;
    let [creation, runtime] = standard_json::objects(json.get())?;
    let same = |a: &str, b: &str| a.strip_prefix("0x").unwrap_or(a) == b.strip_prefix("0x").unwrap_or(b);
    if !same(&artifact.creation, &creation) {
        return Err(disagree("bytecode"));
    }
    if !same(&artifact.runtime, &runtime) {
        return Err(disagree("deployedBytecode"));
    }
    if contract.compilation.is_none() {
        contract.compile_as(said(&artifact.unit, info, input)?)?;
    }
    if artifact.unit != artifact.id.path() {
        contract.unit = Some(artifact.unit.clone());
        contract.id = artifact.id.clone();
    }
    Ok(contract)
}

/// What the metadata would say, from the question: Hardhat 3 does not ask for metadata.
fn said(unit: &str, info: &BuildInfo<'_>, input: &Input<'_>) -> Result<Compilation, Flaw> {
    let source = input.sources.get(unit).ok_or(Flaw::BuildInfo { part: "the source" })?;
    let source: Source<'_> = serde_json::from_str(source.get())?;
    let settings = &input.settings;
    let trailer = settings.metadata.as_ref().and_then(|m| m.bytecode_hash.as_deref());
    Compilation {
        version: info.solc_long_version.clone().into_owned(),
        via_ir: settings.via_ir,
        optimizer_runs: settings.optimizer.as_ref().and_then(RawOptimizer::tuned_for),
        evm_version: settings.evm_version.as_deref().map(shorten),
        // What the compiler takes where nothing is said.
        bytecode_hash: Some(shorten(trailer.unwrap_or("ipfs"))),
        source_hash: Some(keccak256(source.content.as_bytes())),
        // Which sources it imports, only metadata say.
        sources_hash: None,
    }
    .checked()
}
