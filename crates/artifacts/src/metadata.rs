//! The compiler's metadata: who compiled a contract, from what, and how.

use crate::{
    flaw::Flaw,
    reference::{ContractId, shorten},
};
use alloy_primitives::B256;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, collections::BTreeMap};

/// The compiler and the settings that decide what code comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compilation {
    /// Full version, such as `0.8.30+commit.73712a01`.
    pub version: String,
    /// Whether the code went through Yul.
    pub via_ir: bool,
    /// Runs that the optimizer was tuned for; `None` where it was off.
    pub optimizer_runs: Option<u64>,
    /// Such as `cancun`.
    pub evm_version: Option<String>,
    /// `ipfs`, `bzzr1` or `none`: what the code ends with.
    pub bytecode_hash: Option<String>,
    /// keccak-256 of the source that the contract stands in.
    pub source_hash: Option<B256>,
    /// SHA-256 over the names and hashes of that source and all it imports.
    pub sources_hash: Option<B256>,
}

impl Compilation {
    /// The version without the commit, such as `0.8.30`.
    pub fn release(&self) -> &str {
        release(&self.version)
    }

    /// Itself, if its version is one.
    pub(crate) fn checked(self) -> Result<Self, Flaw> {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
        if self.version.len() > 80 || !self.version.bytes().all(good) {
            return Err(Flaw::Metadata { why: format!("`{}` is no version", shorten(&self.version)) });
        }
        Ok(self)
    }

    /// What everybody who compiles says, in one line: some keep no metadata, which alone tell of the imports.
    pub(crate) fn line(&self) -> String {
        let Self {
            version,
            via_ir,
            optimizer_runs,
            evm_version,
            bytecode_hash,
            source_hash,
            sources_hash: _,
        } = self;
        format!("{version} {via_ir} {optimizer_runs:?} {evm_version:?} {bytecode_hash:?} {source_hash:?}")
    }
}

/// `0.8.30` of `0.8.30+commit.73712a01`.
pub(crate) fn release(version: &str) -> &str {
    version.split(['+', '-']).next().unwrap_or(version)
}

#[derive(Deserialize)]
pub(crate) struct RawMetadata<'a> {
    #[serde(borrow)]
    compiler: RawCompiler<'a>,
    #[serde(borrow)]
    settings: RawSettings<'a>,
    #[serde(default, borrow)]
    sources: BTreeMap<Cow<'a, str>, RawSource>,
}

#[derive(Deserialize)]
struct RawSource {
    #[serde(default)]
    keccak256: Option<B256>,
}

#[derive(Deserialize)]
struct RawCompiler<'a> {
    #[serde(borrow)]
    version: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSettings<'a> {
    #[serde(default, borrow)]
    compilation_target: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default, borrow)]
    evm_version: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    metadata: Option<RawTrailer<'a>>,
    #[serde(default)]
    optimizer: Option<RawOptimizer>,
    #[serde(default, rename = "viaIR")]
    via_ir: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawTrailer<'a> {
    #[serde(default, borrow)]
    bytecode_hash: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(crate) struct RawOptimizer {
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    runs: u64,
}

impl RawOptimizer {
    pub(crate) fn tuned_for(&self) -> Option<u64> {
        self.enabled.then_some(self.runs)
    }
}

/// What metadata says: the compilation, and which contract it is about.
pub(crate) fn read(json: &str) -> Result<(Compilation, Option<ContractId>), Flaw> {
    let raw: RawMetadata<'_> =
        serde_json::from_str(json).map_err(|e| Flaw::Metadata { why: shorten(&e.to_string()) })?;
    let settings = raw.settings;
    let version = raw.compiler.version.as_ref();
    let mut targets = settings.compilation_target.iter();
    let id = match (targets.next(), targets.next()) {
        (Some((path, name)), None) => Some(ContractId::new(path, name)?),
        (None, _) => None,
        (Some(_), Some(_)) => return Err(Flaw::Metadata { why: "it has two compilation targets".into() }),
    };
    let all = raw.sources.iter().map(|(path, source)| Some((path.as_ref(), source.keccak256?)));
    let all = all.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty());
    let compilation = Compilation {
        version: version.to_owned(),
        via_ir: settings.via_ir,
        optimizer_runs: settings.optimizer.and_then(|o| o.tuned_for()),
        evm_version: settings.evm_version.map(|v| shorten(&v)),
        bytecode_hash: settings.metadata.and_then(|m| m.bytecode_hash).map(|v| shorten(&v)),
        source_hash: id.as_ref().and_then(|id| raw.sources.get(id.path())?.keccak256),
        sources_hash: all.map(sources_hash),
    };
    Ok((compilation.checked()?, id))
}

/// SHA-256 over names and hashes of sources, which ascend by name.
pub(crate) fn sources_hash<'a>(sources: impl IntoIterator<Item = (&'a str, B256)>) -> B256 {
    let mut hasher = Sha256::new_with_prefix(b"payrox sources 1\n");
    for (path, hash) in sources {
        hasher.update(format!("{} {path}\n", path.len()));
        hasher.update(hash);
    }
    B256::from_slice(&hasher.finalize())
}

/// Demands that code with a compiler's trailer was made by the compiler that the metadata names.
pub(crate) fn check_trailer(compilation: &Compilation, trailer: Option<[u8; 3]>) -> Result<(), Flaw> {
    let Some([major, minor, patch]) = trailer else { return Ok(()) };
    let code = format!("{major}.{minor}.{patch}");
    if compilation.release() == code {
        Ok(())
    } else {
        Err(Flaw::CompilerMismatch { metadata: compilation.version.clone(), code })
    }
}
