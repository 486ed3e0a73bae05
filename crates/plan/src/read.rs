//! A plan as bytes: written canonically, and read only if it is exactly what would be written.

use crate::{Plan, verify::Inconsistency};
use alloy_primitives::B256;
use payrox_files::{FileError, canonical_text, to_canonical_json};
use payrox_model::{Code, ExitCode, Fault, text::escape, version};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// Bytes of a plan, at most: 255 facets of the largest init code in hexadecimal, and the proofs.
pub const LIMIT: u64 = 64 << 20;

/// A plan that is not read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ReadError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{file}:{line}:{column}: no plan: {why}")]
    Shape { file: String, line: usize, column: usize, why: String },
    #[error(
        "{file}: version {found} is unknown; this payrox reads {} and {}",
        version::PLAN,
        version::PLAN_OF_A_DIAMOND
    )]
    Version { file: String, found: u32 },
    #[error("{file}: version {found} {}", kind(*.diamond))]
    Kind { file: String, found: u32, diamond: bool },
    #[error("{file}:{line}: not as payrox writes it: a plan has one form only")]
    NotCanonical { file: String, line: usize },
    #[error("{file}: its content has hash {computed}, it says {written}")]
    ContentHash { file: String, written: B256, computed: B256 },
    #[error("{file}: {source}")]
    Inconsistent { file: String, source: Inconsistency },
}

fn kind(diamond: bool) -> &'static str {
    if diamond {
        "is of no plan for a diamond, which this is"
    } else {
        "is of a plan for a diamond, which this is not"
    }
}

impl Fault for ReadError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Shape { .. } => "PRX-PLAN-030",
            Self::Version { .. } => "PRX-PLAN-031",
            Self::Kind { .. } => "PRX-PLAN-035",
            Self::NotCanonical { .. } => "PRX-PLAN-032",
            Self::ContentHash { .. } => "PRX-PLAN-033",
            Self::Inconsistent { .. } => "PRX-PLAN-034",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Version { .. } => Some("use the payrox that wrote it".into()),
            _ => Some("a plan is never edited: make it again with `payrox plan`".into()),
        }
    }
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl Plan {
    /// The bytes of `artifacts/dispatcher.plan.json`.
    ///
    /// # Errors
    /// Never, for a plan that the planner made.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        to_canonical_json(self)
    }

    /// SHA-256 of the canonical JSON without `contentHash`.
    ///
    /// # Errors
    /// Never, for a plan that the planner made.
    pub fn compute_content_hash(&self) -> Result<B256, serde_json::Error> {
        content_hash(serde_json::to_value(self)?)
    }

    /// Reads a plan's file.
    ///
    /// # Errors
    /// As [`Plan::from_json`], and when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        Self::from_json(&path.display().to_string(), &payrox_files::read_text(path, LIMIT)?)
    }

    /// Reads a plan: shape, canonical form, hash, and that every part follows from the others.
    ///
    /// # Errors
    /// When one byte is not as the planner would have written it.
    pub fn from_json(file: &str, text: &str) -> Result<Self, ReadError> {
        let file = escape(file);
        let shape = |error: serde_json::Error| ReadError::Shape {
            file: file.clone(),
            line: error.line(),
            column: error.column(),
            why: escape(&error.to_string()),
        };
        // The version first: a later one has fields that this reader does not know.
        let head: Head = serde_json::from_str(text).map_err(shape)?;
        if ![version::PLAN, version::PLAN_OF_A_DIAMOND].contains(&head.version) {
            return Err(ReadError::Version { file, found: head.version });
        }
        let plan: Self = serde_json::from_str(text).map_err(shape)?;
        // Who reads version 1 alone knows no `diamond`: the version must be what tells him.
        let diamond = plan.diamond.is_some();
        if diamond != (plan.version == version::PLAN_OF_A_DIAMOND) {
            return Err(ReadError::Kind { file, found: head.version, diamond });
        }
        let value = serde_json::to_value(&plan).map_err(shape)?;
        let canonical = canonical_text(&value).map_err(shape)?;
        if canonical != text {
            let same = canonical.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
            return Err(ReadError::NotCanonical { file, line: same + 1 });
        }
        let computed = content_hash(value).map_err(shape)?;
        if computed != plan.content_hash {
            return Err(ReadError::ContentHash { file, written: plan.content_hash, computed });
        }
        match plan.check() {
            Ok(()) => Ok(plan),
            Err(source) => Err(ReadError::Inconsistent { file, source }),
        }
    }
}

fn content_hash(mut plan: Value) -> Result<B256, serde_json::Error> {
    if let Some(object) = plan.as_object_mut() {
        object.remove("contentHash");
    }
    Ok(B256::from_slice(&Sha256::digest(canonical_text(&plan)?)))
}
