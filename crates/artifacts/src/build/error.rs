//! Builds that fail.

use super::Diagnostic;
use crate::{flaw::Flaw, set::SetError};
use alloy_primitives::B256;
use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault};
use std::io;

/// A build that failed. No artifact has changed then.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum BuildError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Artifact(#[from] SetError),
    #[error("there is no solc {version}{}", list(.seen))]
    NoCompiler { version: String, seen: Vec<String> },
    #[error("{path} needs node, which is not on the path")]
    NoNode { path: String },
    #[error("{path} is solc {found}, {wanted} is wanted")]
    WrongVersion { path: String, found: String, wanted: String },
    #[error("{path} has sha256 {found:x}, {wanted:x} is wanted: it was not run")]
    OtherCompiler { path: String, found: B256, wanted: B256 },
    #[error("{path} took longer than {seconds} s")]
    Slow { path: String, seconds: u64 },
    #[error("`{version}` is no version of solc")]
    Version { version: String },
    #[error("{path} cannot be run")]
    Start { path: String, source: io::Error },
    #[error("{path} ended with {status}: {why}")]
    Died { path: String, status: String, why: String },
    #[error("{path} answered what is no answer: {why}")]
    Answer { path: String, why: String },
    #[error("the sources do not compile{}", lines(.errors))]
    Compile { errors: Vec<Diagnostic> },
    #[error("{importer}:{line}: the import `{unit}` cannot be read: {why}")]
    Import { unit: String, importer: String, line: usize, why: &'static str },
    #[error("the source `{unit}` cannot be read: {why}")]
    Source { unit: String, why: &'static str },
    #[error("{folder} holds no sources")]
    NoSources { folder: String },
    #[error("there are more than {limit} sources")]
    TooMany { limit: usize },
    #[error("the remapping `{text}` is refused: {why}")]
    Remapping { text: String, why: &'static str },
    #[error("{file}:{line}: {why}")]
    Foundry { file: String, line: usize, why: String },
    #[error("contract `{contract}`: {flaw}")]
    Contract { contract: String, flaw: Flaw },
    #[error("contract `{contract}` is not in the sources")]
    Missing { contract: String },
}

fn list(seen: &[String]) -> String {
    if seen.is_empty() { String::new() } else { format!("; {}", seen.join(", ")) }
}

/// Whether a function has more local variables than the old code generator can reach.
fn stack_too_deep(errors: &[Diagnostic]) -> bool {
    errors.iter().any(|error| error.message.to_ascii_lowercase().contains("stack too deep"))
}

/// The first errors, one a line.
fn lines(errors: &[Diagnostic]) -> String {
    const SHOWN: usize = 20;
    let mut text: String = errors.iter().take(SHOWN).map(|error| format!("\n  {error}")).collect();
    if errors.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", errors.len() - SHOWN));
    }
    text
}

impl Fault for BuildError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Artifact(error) => return error.code(),
            Self::NoCompiler { .. } => "PRX-ART-050",
            Self::NoNode { .. } => "PRX-ART-051",
            Self::WrongVersion { .. } => "PRX-ART-052",
            Self::Start { .. } => "PRX-ART-053",
            Self::Died { .. } => "PRX-ART-054",
            Self::Answer { .. } => "PRX-ART-055",
            Self::Compile { errors } if stack_too_deep(errors) => "PRX-ART-065",
            Self::Compile { .. } => "PRX-ART-056",
            Self::Import { .. } => "PRX-ART-057",
            Self::Source { .. } => "PRX-ART-058",
            Self::NoSources { .. } => "PRX-ART-059",
            Self::TooMany { .. } => "PRX-ART-060",
            Self::Remapping { .. } => "PRX-ART-061",
            Self::Foundry { .. } => "PRX-ART-062",
            Self::Version { .. } => "PRX-ART-063",
            Self::Contract { flaw, .. } => return flaw.code(),
            Self::Missing { .. } => "PRX-ART-064",
            Self::OtherCompiler { .. } => "PRX-ART-066",
            Self::Slow { .. } => "PRX-ART-067",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::File(error) => error.subject(),
            Self::Artifact(error) => error.subject(),
            Self::NoCompiler { version, .. } | Self::Version { version } => Some(format!("solc {version}")),
            Self::NoNode { path }
            | Self::WrongVersion { path, .. }
            | Self::OtherCompiler { path, .. }
            | Self::Slow { path, .. }
            | Self::Start { path, .. }
            | Self::Died { path, .. }
            | Self::Answer { path, .. } => Some(path.clone()),
            Self::Compile { errors } => errors.iter().find_map(|e| e.file.clone()),
            Self::Import { importer, line, .. } => Some(format!("{importer}:{line}")),
            Self::Source { unit, .. } => Some(unit.clone()),
            Self::NoSources { folder } => Some(folder.clone()),
            Self::TooMany { .. } => None,
            Self::Remapping { text, .. } => Some(text.clone()),
            Self::Foundry { file, .. } => Some(file.clone()),
            Self::Contract { contract, .. } | Self::Missing { contract } => Some(contract.clone()),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Artifact(error) => error.hint(),
            Self::NoCompiler { version, .. } => Some(format!(
                "`npm install --save-exact --save-dev solc@{version}` in the project, or put solc {version} on the path"
            )),
            Self::NoNode { .. } => Some("install node, or put a native solc on the path".into()),
            Self::WrongVersion { wanted, .. } => {
                Some(format!("install solc {wanted}, or set [compiler] version in payrox.toml"))
            }
            Self::OtherCompiler { .. } => {
                Some("compare with the release's list of hashes, then pass --solc-sha256 HASH".into())
            }
            Self::Version { .. } => Some("set [compiler] version in payrox.toml, such as `0.8.30`".into()),
            Self::Import { .. } => Some("add a remapping to payrox.toml, or install the package".into()),
            Self::Source { .. } | Self::Contract { .. } | Self::Missing { .. } => {
                Some("check the facets' `contract` in payrox.toml".into())
            }
            Self::Compile { errors } if stack_too_deep(errors) => {
                Some("write `via_ir = true` under [compiler] in payrox.toml, then `payrox build`".into())
            }
            Self::NoSources { .. } => Some("set [compiler] sources in payrox.toml".into()),
            Self::Remapping { .. } => Some("write `prefix=target/`, relative to the project".into()),
            Self::Start { .. }
            | Self::Slow { .. }
            | Self::Died { .. }
            | Self::Answer { .. }
            | Self::Compile { .. }
            | Self::TooMany { .. }
            | Self::Foundry { .. } => None,
        }
    }
}
