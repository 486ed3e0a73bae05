//! Why a journal cannot be read or written.

use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::{
    io,
    path::{Path, PathBuf},
};

/// A journal that cannot be read, written or trusted.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum JournalError {
    #[error("{}, line {line}: {why}", show(.path))]
    Damaged { path: PathBuf, line: u64, why: String },
    #[error("{} has version {found}; this payrox knows {known}", show(.path))]
    Version { path: PathBuf, found: u64, known: u32 },
    #[error("{} is of chain {found}, not {expected}", show(.path))]
    OtherChain { path: PathBuf, found: u64, expected: u64 },
    #[error("{} is of another system: its dispatcher is {found}, the plan's {expected}", show(.path))]
    OtherSystem { path: PathBuf, found: String, expected: String },
    #[error("{} ends within a run of another plan, {found}", show(.path))]
    OtherPlan { path: PathBuf, found: String },
    #[error("another run holds {}", show(.path))]
    Locked { path: PathBuf },
    #[error("cannot write {}", show(.path))]
    Write { path: PathBuf, source: io::Error },
    #[error(transparent)]
    File(#[from] FileError),
    #[error("a record has no JSON form")]
    Encode(#[source] serde_json::Error),
}

fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

impl Fault for JournalError {
    fn code(&self) -> Code {
        match self {
            Self::Damaged { .. } => Code("PRX-JNL-001"),
            Self::Version { .. } => Code("PRX-JNL-002"),
            Self::OtherChain { .. } => Code("PRX-JNL-003"),
            Self::OtherSystem { .. } => Code("PRX-JNL-004"),
            Self::OtherPlan { .. } => Code("PRX-JNL-005"),
            Self::Locked { .. } => Code("PRX-JNL-006"),
            Self::Write { .. } => Code("PRX-JNL-007"),
            Self::File(file) => file.code(),
            Self::Encode(_) => Code("PRX-JNL-008"),
        }
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Locked { .. } => ExitCode::Refused,
            Self::Encode(_) => ExitCode::Internal,
            Self::File(file) => file.exit(),
            _ => ExitCode::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Damaged { .. } => {
                "move the file away: the run goes on from the plan and the chain, and a new file is begun"
                    .into()
            }
            Self::Version { .. } => "use the payrox that wrote it, or a newer one".into(),
            Self::OtherChain { .. } | Self::OtherSystem { .. } => {
                "pass the project it belongs to with --project, or move the file away".into()
            }
            Self::OtherPlan { path, found } => {
                let folder = path.parent().unwrap_or(path);
                let (kept, folder) =
                    (show(&folder.join("plans").join(format!("{found}.json"))), show(folder));
                format!(
                    "that plan is {kept}: `payrox run` with its --config finishes it, `payrox status` shows where it is; or move {folder} away: the chain is the state"
                )
            }
            Self::Locked { .. } => "wait until it is over; `payrox status` shows how far it is".into(),
            Self::Write { .. } => {
                "check space and permissions; nothing was sent that is not written down".into()
            }
            Self::File(file) => return file.hint(),
            Self::Encode(_) => return None,
        })
    }
}
