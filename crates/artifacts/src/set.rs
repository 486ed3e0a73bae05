//! The contracts of a project that somebody asked for, and a hash over what was read.

use crate::{
    contract::Contract,
    flaw::Flaw,
    foundry, input,
    reference::{Reference, shorten},
    standard_json,
};
use alloy_primitives::B256;
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Where compiled contracts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Foundry's `out/`, or Hardhat's `artifacts/`: which, its files say.
    Folder(PathBuf),
    /// The compiler's standard JSON, as two files.
    StandardJson {
        /// What it answered.
        output: PathBuf,
        /// What it was asked.
        input: Option<PathBuf>,
    },
}

impl Source {
    /// A folder is Foundry's or Hardhat's, a file the compiler's answer.
    pub fn at(path: &Path) -> Self {
        if path.extension().is_some_and(|e| e == "json") {
            Self::StandardJson { output: path.to_owned(), input: None }
        } else {
            Self::Folder(path.to_owned())
        }
    }

    /// The folder or file itself.
    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::StandardJson { output: path, .. } => path,
        }
    }
}

/// Contracts, found by name.
#[derive(Clone, Debug)]
pub struct ArtifactSet {
    source: Source,
    contracts: Vec<Contract>,
    hash: B256,
}

/// What was found for one reference.
pub(crate) struct Found {
    pub(crate) contract: Contract,
}

impl ArtifactSet {
    /// Reads the contracts that are wanted, each named `path:Name` or `Name`; nothing else is parsed.
    ///
    /// # Errors
    /// When one is not there, is there twice, or is malformed.
    pub fn read<S: AsRef<str>>(source: &Source, wanted: &[S]) -> Result<Self, SetError> {
        let wanted = wanted.iter().map(|text| parse(text.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let found = match source {
            Source::Folder(out) => foundry::read(out, &wanted)?,
            Source::StandardJson { output, input } => standard_json::read(output, input.as_deref(), &wanted)?,
        };
        let by_id: BTreeMap<_, _> = found.into_iter().map(|f| (f.contract.id.to_string(), f)).collect();
        let mut hasher = Sha256::new_with_prefix(b"payrox artifacts 2\n");
        for (id, found) in &by_id {
            hasher.update(format!("{} {id}\n", id.len()));
            hasher.update(found.contract.digest());
        }
        let hash = B256::from_slice(&hasher.finalize());
        let contracts = by_id.into_values().map(|f| f.contract).collect();
        Ok(Self { source: source.clone(), contracts, hash })
    }

    /// Every contract of Foundry's folder that can be read, ascending by name, and how many files were none: for who looks for code,
    /// not for a name.
    ///
    /// # Errors
    /// When the folder is not there, or has too many files.
    pub fn every(out: &Path) -> Result<(Vec<Contract>, usize), SetError> {
        foundry::every(out)
    }

    /// The contract that a reference means.
    ///
    /// # Errors
    /// When none of those read is meant, or more than one.
    pub fn get(&self, reference: &str) -> Result<&Contract, SetError> {
        let reference = parse(reference)?;
        let mut meant = self.contracts.iter().filter(|c| reference.means(&c.id));
        match (meant.next(), meant.next()) {
            (Some(contract), None) => Ok(contract),
            (Some(_), Some(_)) => {
                let all = self.contracts.iter().filter(|c| reference.means(&c.id));
                let candidates = all.map(|c| c.id.to_string()).collect();
                Err(SetError::Ambiguous { wanted: reference.to_string(), candidates })
            }
            (None, _) => Err(SetError::Unknown {
                wanted: reference.to_string(),
                place: escape(&self.source.path().display().to_string()),
                near: self.contracts.iter().map(|c| c.id.to_string()).take(5).collect(),
            }),
        }
    }

    /// All that was read, by full name.
    pub fn contracts(&self) -> &[Contract] {
        &self.contracts
    }

    /// Where they were read from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// SHA-256 over name, ABI, code and compilation of all that was read: what Foundry, Hardhat and the compiler itself leave of
    /// the same sources has the same.
    pub fn hash(&self) -> B256 {
        self.hash
    }

    /// What the compiler was asked when it made this contract; `None` where that was not kept.
    ///
    /// # Errors
    /// When it was kept, but cannot be read.
    pub fn compiler_input(&self, contract: &Contract) -> Result<Option<input::CompilerInput>, SetError> {
        input::find(&self.source, contract)
    }

    /// SHA-256 of what the compiler was asked; `None` where nobody knows.
    ///
    /// # Errors
    /// As [`Self::compiler_input`].
    pub fn input_hash(&self, contract: &Contract) -> Result<Option<B256>, SetError> {
        match contract.input_hash {
            Some(hash) => Ok(Some(hash)),
            None => Ok(self.compiler_input(contract)?.map(|input| input.hash)),
        }
    }

    /// The same for all [`contracts`](Self::contracts), in their order; what the compiler was asked is read once.
    ///
    /// # Errors
    /// As [`Self::compiler_input`].
    pub fn input_hashes(&self) -> Result<Vec<Option<B256>>, SetError> {
        input::hashes(&self.source, &self.contracts)
    }
}

fn parse(text: &str) -> Result<Reference, SetError> {
    text.parse().map_err(|flaw| SetError::Reference { wanted: shorten(text), flaw })
}

/// Contracts that cannot be had.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum SetError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{file}: {flaw}")]
    Artifact { file: String, flaw: Flaw },
    #[error("{file}: {contract}: {flaw}")]
    Contract { file: String, contract: String, flaw: Flaw },
    #[error("contract `{wanted}`: {flaw}")]
    Reference { wanted: String, flaw: Flaw },
    #[error("contract `{wanted}` is not in {place}{}", also(.near))]
    Unknown { wanted: String, place: String, near: Vec<String> },
    #[error("contract `{wanted}` is ambiguous: {}", .candidates.join(", "))]
    Ambiguous { wanted: String, candidates: Vec<String> },
    #[error("contract `{id}` is there more than once: {}", .files.join(", "))]
    Duplicate { id: String, files: Vec<String> },
    #[error("{folder} holds no artifacts: it does not exist")]
    NoFolder { folder: String },
    #[error("{folder} has more than {limit} files")]
    TooMany { folder: String, limit: usize },
}

impl SetError {
    pub(crate) fn artifact(file: &Path, flaw: impl Into<Flaw>) -> Self {
        Self::Artifact { file: escape(&file.display().to_string()), flaw: flaw.into() }
    }
}

fn also(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; there are {}", near.join(", ")) }
}

impl Fault for SetError {
    fn code(&self) -> Code {
        match self {
            Self::File(error) => error.code(),
            Self::Artifact { flaw, .. } | Self::Contract { flaw, .. } | Self::Reference { flaw, .. } => {
                flaw.code()
            }
            Self::Unknown { .. } => Code("PRX-ART-020"),
            Self::Ambiguous { .. } => Code("PRX-ART-021"),
            Self::Duplicate { .. } => Code("PRX-ART-022"),
            Self::NoFolder { .. } => Code("PRX-ART-023"),
            Self::TooMany { .. } => Code("PRX-ART-024"),
        }
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::File(error) => error.subject(),
            Self::Artifact { file, .. } => Some(file.clone()),
            Self::Contract { file, contract, .. } => Some(format!("{file}: {contract}")),
            Self::Reference { wanted, .. }
            | Self::Unknown { wanted, .. }
            | Self::Ambiguous { wanted, .. } => Some(wanted.clone()),
            Self::Duplicate { id, .. } => Some(id.clone()),
            Self::NoFolder { folder } | Self::TooMany { folder, .. } => Some(folder.clone()),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Artifact { flaw, .. } | Self::Contract { flaw, .. } | Self::Reference { flaw, .. } => {
                flaw.hint()
            }
            Self::Unknown { .. } => Some("check the name in payrox.toml, then `payrox build`".into()),
            Self::Ambiguous { .. } => Some("name it as `path:Name`".into()),
            Self::Duplicate { .. } => Some("remove the folder and build again: `payrox build`".into()),
            Self::NoFolder { .. } => Some("`payrox build`, or `forge build`".into()),
            Self::TooMany { .. } => Some("name the folder of the artifacts in payrox.toml".into()),
        }
    }
}
