//! Why an archive cannot be made or used.

use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::{
    io,
    path::{Path, PathBuf},
};

/// An archive that is not made, or not used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum BackupError {
    #[error("{} cannot be read as an archive", show(.path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is no backup of payrox: {why}", show(.path))]
    Malformed { path: PathBuf, why: String },
    #[error("{} has version {found}; this payrox reads {known}", show(.path))]
    Version { path: PathBuf, found: u64, known: u32 },
    #[error("{}: `{name}` is refused: {why}", show(.path))]
    Name { path: PathBuf, name: String, why: &'static str },
    #[error("{}: `{name}` is {what}; an archive holds regular files only", show(.path))]
    Special { path: PathBuf, name: String, what: &'static str },
    #[error("{}: {what} exceed {limit}", show(.path))]
    TooLarge { path: PathBuf, what: &'static str, limit: u64 },
    #[error("{}: `{name}` is not what the list of files says: {why}", show(.path))]
    Changed { path: PathBuf, name: String, why: &'static str },
    #[error("{} is not empty", show(.path))]
    NotEmpty { path: PathBuf },
    #[error("`{name}` cannot go into an archive: {why}")]
    Unfit { name: String, why: &'static str },
    #[error("there is no project in {}: no file to keep", show(.path))]
    Nothing { path: PathBuf },
    #[error("cannot write {}", show(.path))]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the list of files has no JSON form")]
    Encode(#[source] serde_json::Error),
}

pub(crate) fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

/// A name out of an archive, fit for a terminal.
pub(crate) fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(400)]);
    let mut out = escape(&text.chars().take(120).collect::<String>());
    if text.chars().nth(120).is_some() {
        out.push('…');
    }
    out
}

impl Fault for BackupError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Read { .. } => "PRX-BAK-001",
            Self::Malformed { .. } => "PRX-BAK-002",
            Self::Version { .. } => "PRX-BAK-003",
            Self::Name { .. } => "PRX-BAK-004",
            Self::Special { .. } => "PRX-BAK-005",
            Self::TooLarge { .. } => "PRX-BAK-006",
            Self::Changed { .. } => "PRX-BAK-007",
            Self::NotEmpty { .. } => "PRX-BAK-008",
            Self::Unfit { .. } => "PRX-BAK-009",
            Self::Nothing { .. } => "PRX-BAK-010",
            Self::Write { .. } => "PRX-BAK-011",
            Self::Encode(_) => "PRX-BAK-012",
            Self::File(file) => return file.code(),
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Changed { .. } => ExitCode::GateFailed,
            Self::Name { .. } | Self::Special { .. } | Self::TooLarge { .. } => ExitCode::Refused,
            Self::Encode(_) => ExitCode::Internal,
            Self::File(file) => file.exit(),
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Name { name, .. }
            | Self::Special { name, .. }
            | Self::Changed { name, .. }
            | Self::Unfit { name, .. } => Some(name.clone()),
            Self::Read { path, .. }
            | Self::Malformed { path, .. }
            | Self::Version { path, .. }
            | Self::TooLarge { path, .. }
            | Self::NotEmpty { path }
            | Self::Nothing { path }
            | Self::Write { path, .. } => Some(show(path)),
            Self::File(file) => file.subject(),
            Self::Encode(_) => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read { .. } | Self::Malformed { .. } => {
                "check that it is a file that `payrox backup create` wrote".into()
            }
            Self::Version { .. } => "use the payrox that wrote it, or a newer one".into(),
            Self::Name { .. } | Self::Special { .. } => {
                "payrox writes no such entry: somebody else made this archive. Nothing was written".into()
            }
            Self::TooLarge { .. } => "docs/formats.md lists the bounds. Nothing was written".into(),
            Self::Changed { .. } => {
                "take another copy of the archive: this one was damaged or changed".into()
            }
            Self::NotEmpty { .. } => "restore into a new folder: what is there is never overwritten".into(),
            Self::Unfit { .. } => {
                "rename it or move it out of the project; it is not left out in silence".into()
            }
            Self::Nothing { .. } => "pass the project's folder with --project".into(),
            Self::Write { source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
                "there is a file of this name, which is not replaced: choose another".into()
            }
            Self::Write { .. } => {
                "check space and permissions; no half-written archive or folder is left".into()
            }
            Self::File(file) => return file.hint(),
            Self::Encode(_) => return None,
        })
    }
}
