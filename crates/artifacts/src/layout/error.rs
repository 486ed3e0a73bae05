//! Layouts that cannot be had.

use crate::{build::BuildError, reference::shorten};
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::path::Path;

/// Layouts that cannot be had.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum LayoutError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{file} is no file of layouts: {why}")]
    Kept { file: String, why: String },
    #[error("the compiler's input cannot be asked about storage: {why}")]
    Input { why: String },
    #[error("the compiler does not say where the storage of {contract} is")]
    Silent { contract: String },
}

impl LayoutError {
    pub(super) fn kept(file: &Path, why: String) -> Self {
        Self::Kept { file: escape(&file.display().to_string()), why }
    }

    pub(super) fn input(error: &impl ToString) -> Self {
        Self::Input { why: shorten(&error.to_string()) }
    }

    pub(super) fn silent(contract: &str) -> Self {
        Self::Silent { contract: shorten(contract) }
    }
}

impl Fault for LayoutError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Build(error) => return error.code(),
            Self::Kept { .. } => "PRX-ART-070",
            Self::Input { .. } => "PRX-ART-071",
            Self::Silent { .. } => "PRX-ART-072",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::File(error) => error.subject(),
            Self::Build(error) => error.subject(),
            Self::Kept { file, .. } => Some(file.clone()),
            Self::Input { .. } => None,
            Self::Silent { contract } => Some(contract.clone()),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Build(error) => error.hint(),
            Self::Kept { .. } => Some("`payrox build` writes it again".into()),
            Self::Input { .. } => Some("`payrox build --force`".into()),
            Self::Silent { .. } => Some("set [compiler] version in payrox.toml to 0.8.20 or later".into()),
        }
    }
}
