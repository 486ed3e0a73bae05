//! What the compiler answered, written as Foundry's `out/`.

use super::{
    BuildError, BuildRequest, Compiler, Diagnostic, Level, diagnostic::RawMessage, sources::Sources,
};
use crate::{
    flaw::Flaw,
    foundry,
    input::{self, CompilerInput},
    metadata::{self, release},
    reference::{ContractId, Reference, shorten},
};
use alloy_primitives::B256;
use payrox_model::text::escape;
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What the compiler complains about. Read by itself: beside errors, contracts are there in part or not at all.
#[derive(Deserialize)]
struct Messages<'a> {
    #[serde(default, borrow)]
    errors: Vec<RawMessage<'a>>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default, borrow)]
    contracts: BTreeMap<String, BTreeMap<String, Answered<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    #[serde(borrow)]
    abi: &'a RawValue,
    metadata: String,
    #[serde(default, borrow)]
    storage_layout: Option<&'a RawValue>,
    #[serde(borrow)]
    evm: AnsweredCode<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredCode<'a> {
    bytecode: Code<'a>,
    deployed_bytecode: Code<'a>,
    #[serde(borrow)]
    method_identifiers: &'a RawValue,
}

/// Code, as it is answered and as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code<'a> {
    object: String,
    #[serde(borrow)]
    link_references: &'a RawValue,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    immutable_references: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    abi: &'a RawValue,
    bytecode: Code<'a>,
    deployed_bytecode: Code<'a>,
    method_identifiers: &'a RawValue,
    raw_metadata: &'a str,
    metadata: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_layout: Option<&'a RawValue>,
    input_sha256: B256,
}

/// The contracts of an answer, each as the text of its file.
pub(super) struct Found {
    contracts: Vec<(ContractId, String)>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Found {
    pub(super) fn ids(&self) -> Vec<ContractId> {
        self.contracts.iter().map(|(id, _)| id.clone()).collect()
    }

    /// Demands that what was asked for came out.
    pub(super) fn demand(&self, wanted: &[String]) -> Result<(), BuildError> {
        for text in wanted {
            let refuse = |flaw| BuildError::Contract { contract: shorten(text), flaw };
            let reference: Reference = text.parse().map_err(refuse)?;
            if !self.contracts.iter().any(|(id, _)| reference.means(id)) {
                return Err(BuildError::Missing { contract: reference.to_string() });
            }
        }
        Ok(())
    }
}

pub(super) fn read(
    answer: &str,
    compiler: &Compiler,
    sources: &Sources,
    version: &str,
    input_sha256: B256,
) -> Result<Found, BuildError> {
    let path = || escape(&compiler.path.display().to_string());
    let refuse = |why: String| BuildError::Answer { path: path(), why };
    let odd = |e: serde_json::Error| refuse(shorten(&e.to_string()));
    let messages: Messages<'_> = serde_json::from_str(answer).map_err(odd)?;
    let (errors, warnings): (Vec<_>, Vec<_>) =
        messages.errors.iter().map(|m| m.read(sources)).partition(|d| d.level == Level::Error);
    if !errors.is_empty() {
        return Err(BuildError::Compile { errors });
    }
    let answer: Answer<'_> = serde_json::from_str(answer).map_err(odd)?;
    let mut contracts = Vec::new();
    for (unit, names) in answer.contracts {
        for (name, answered) in names {
            let flawed = |flaw: Flaw| refuse(format!("{}: {flaw}", shorten(&format!("{unit}:{name}"))));
            let id = ContractId::new(&unit, &name).map_err(flawed)?;
            let (compilation, _) = metadata::read(&answered.metadata).map_err(flawed)?;
            if release(&compilation.version) != version {
                let (found, wanted) = (compilation.version, version.to_owned());
                return Err(BuildError::WrongVersion { path: path(), found, wanted });
            }
            let text = answered.write(input_sha256).map_err(|e| refuse(shorten(&e.to_string())))?;
            contracts.push((id, text));
        }
    }
    Ok(Found { contracts, warnings })
}

impl<'a> Answered<'a> {
    fn write(self, input_sha256: B256) -> Result<String, serde_json::Error> {
        let code = |code: Code<'a>| Code { object: format!("0x{}", code.object), ..code };
        let written = Written {
            abi: self.abi,
            bytecode: code(self.evm.bytecode),
            deployed_bytecode: code(self.evm.deployed_bytecode),
            method_identifiers: self.evm.method_identifiers,
            raw_metadata: &self.metadata,
            metadata: serde_json::from_str(&self.metadata)?,
            storage_layout: self.storage_layout,
            input_sha256,
        };
        Ok(serde_json::to_string(&written)? + "\n")
    }
}

/// The files of a build, with their digests, and those among them that are other than they were.
pub(super) struct Files {
    pub(super) all: BTreeMap<PathBuf, B256>,
    pub(super) written: Vec<PathBuf>,
}

pub(super) fn write(
    request: &BuildRequest,
    found: &Found,
    input: &CompilerInput,
) -> Result<Files, BuildError> {
    let mut files = Files { all: BTreeMap::new(), written: Vec::new() };
    for (id, text) in &found.contracts {
        let path = place(id, &found.contracts);
        let file = request.out.join(&path);
        match kept(&file, text) {
            Some(hash) => drop(files.all.insert(path, hash)),
            None => {
                payrox_files::write_atomic(&file, text.as_bytes())?;
                files.all.insert(path, input::sha256(text.as_bytes()));
                files.written.push(file);
            }
        }
    }
    if !files.written.is_empty() {
        let name = format!("{:x}", input.hash);
        let path = Path::new("build-info").join(format!("{}.json", &name[..16]));
        let info = format!("{{\"id\":{},\"input\":{}}}\n", json!(name[..16]), input.json);
        payrox_files::write_atomic(&request.out.join(&path), info.as_bytes())?;
        files.all.insert(path, input::sha256(info.as_bytes()));
    }
    Ok(files)
}

/// `File.sol/Name.json`, or where two sources would have the same, the source's whole path.
fn place(id: &ContractId, all: &[(ContractId, String)]) -> PathBuf {
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let alike = |other: &ContractId| other.name() == id.name() && base(other.path()) == base(id.path());
    let alone = all.iter().filter(|(other, _)| alike(other)).count() == 1;
    let folder = if alone { base(id.path()) } else { id.path().to_owned() };
    Path::new(&folder).join(format!("{}.json", id.name()))
}

/// The digest of a file that says the same already, whoever wrote it: it stays as it is.
fn kept(file: &Path, text: &str) -> Option<B256> {
    let old = payrox_files::read_text(file, 32 << 20).ok()?;
    if old != text {
        let (old, new) = (foundry::parse(&old, file).ok()?, foundry::parse(text, file).ok()?);
        let same = old.id == new.id
            && old.abi == new.abi
            && old.creation == new.creation
            && old.runtime == new.runtime
            && old.compilation == new.compilation
            && old.storage_layout.is_some() == new.storage_layout.is_some();
        if !same {
            return None;
        }
    }
    Some(input::sha256(old.as_bytes()))
}
