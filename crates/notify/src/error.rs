//! Why a webhook is not called, and why a queue cannot be used.

use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault};
use std::path::PathBuf;

/// A webhook that is refused, or a queue that cannot be used. No text has a URL or a secret in it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum NotifyError {
    #[error("webhook {hook}: its URL is refused: {why}")]
    Url { hook: String, why: String },
    #[error("webhook {hook}: {host} is at {address}, which is not public")]
    Private { hook: String, host: String, address: String },
    #[error("webhook {hook}: the variable {variable} is not set")]
    Unset { hook: String, variable: String },
    #[error("{}: the queue of notices is damaged or of another version: {why}", .path.display())]
    Queue { path: PathBuf, why: String },
    #[error("{}: another command is sending notices", .path.display())]
    Busy { path: PathBuf },
    #[error(transparent)]
    File(#[from] FileError),
}

impl Fault for NotifyError {
    fn code(&self) -> Code {
        match self {
            Self::Url { .. } => Code("PRX-NTF-001"),
            Self::Private { .. } => Code("PRX-NTF-002"),
            Self::Unset { .. } => Code("PRX-NTF-003"),
            Self::Queue { .. } => Code("PRX-NTF-004"),
            Self::Busy { .. } => Code("PRX-NTF-005"),
            Self::File(e) => e.code(),
        }
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Url { .. } | Self::Unset { .. } | Self::Queue { .. } => ExitCode::BadInput,
            Self::Private { .. } => ExitCode::Refused,
            Self::Busy { .. } => ExitCode::Waiting,
            Self::File(e) => e.exit(),
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Url { hook, .. } | Self::Private { hook, .. } | Self::Unset { hook, .. } => {
                Some(hook.clone())
            }
            Self::Queue { path, .. } | Self::Busy { path } => Some(path.display().to_string()),
            Self::File(e) => e.subject(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Url { .. } => "use https://host/path of a service that takes webhooks".into(),
            Self::Private { host, .. } => format!("if it is meant, add \"{host}\" to the webhook's `allow`"),
            Self::Unset { variable, .. } => {
                format!("export {variable}, or remove the webhook from the project file")
            }
            Self::Queue { path, .. } => format!("move {} away: what waits in it is lost", path.display()),
            Self::Busy { .. } => "the same again".into(),
            Self::File(e) => return e.hint(),
        })
    }
}
