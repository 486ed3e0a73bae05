//! What can be wrong with a configuration file.

use payrox_files::FileError;
use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A field in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as it was opened, or the name of a built-in one.
    pub path: PathBuf,
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Such as `facets[2].name`; empty where there is none.
    pub field: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(&self.path))?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if self.field.is_empty() { Ok(()) } else { write!(f, ": {}", escape(&self.field)) }
    }
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ConfigError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{place}: not TOML: {why}")]
    Syntax { place: Place, why: String },
    #[error("{place}: {why}")]
    Shape { place: Place, why: String },
    #[error("{place}: version {found} is unknown; this payrox reads version {known}")]
    Version { place: Place, found: u32, known: u32 },
    #[error("{place}: {source}")]
    Name { place: Place, source: payrox_model::NameError },
    #[error("{place}: `{text}` is no address with a valid EIP-55 checksum{}", .expected.as_ref().map(|e| format!("; its checksummed form is {e}")).unwrap_or_default())]
    Address { place: Place, text: String, expected: Option<String> },
    #[error("{place}: {what} `{subject}` is there twice")]
    Duplicate { place: Place, what: &'static str, subject: String },
    #[error("{place}: {why}")]
    Value { place: Place, why: String },
    #[error("{place}: `{text}` is not a plain relative path inside the project")]
    Escape { place: Place, text: String },
    #[error("{place}: extends itself, or more than {limit} files deep")]
    Extends { place: Place, limit: usize },
    #[error("{place}: is missing")]
    Missing { place: Place },
    #[error("{place}: the project has no facet `{name}`")]
    UnknownFacet { place: Place, name: String },
    #[error("there is no network `{}`: neither {} nor a built-in one", escape(.name), show(.looked))]
    UnknownNetwork { name: String, looked: PathBuf },
}

/// A path fit for a terminal.
pub(crate) fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

impl Fault for ConfigError {
    fn code(&self) -> Code {
        Code(match self {
            Self::File(error) => return error.code(),
            Self::Syntax { .. } => "PRX-CFG-001",
            Self::Shape { .. } => "PRX-CFG-002",
            Self::Version { .. } => "PRX-CFG-003",
            Self::Name { .. } => "PRX-CFG-004",
            Self::Address { .. } => "PRX-CFG-005",
            Self::Duplicate { .. } => "PRX-CFG-006",
            Self::Value { .. } => "PRX-CFG-007",
            Self::Escape { .. } => "PRX-CFG-008",
            Self::Extends { .. } => "PRX-CFG-009",
            Self::Missing { .. } => "PRX-CFG-010",
            Self::UnknownFacet { .. } => "PRX-CFG-011",
            Self::UnknownNetwork { .. } => "PRX-CFG-012",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(error) => return error.hint(),
            Self::Syntax { .. } => "correct the file; nothing was read from it".into(),
            Self::Shape { .. } => "`payrox explain PRX-CFG-002` lists the fields".into(),
            Self::Version { known, .. } => {
                format!("write `version = {known}`, or use the payrox that wrote the file")
            }
            Self::Name { .. } => "use letters, digits and underscores, and no digit first".into(),
            Self::Address { expected: Some(address), .. } => {
                format!("compare it with its source, then write {address}")
            }
            Self::Address { .. } => "an address is 0x and 40 hex digits".into(),
            Self::Duplicate { .. } => "remove one of them".into(),
            Self::Escape { .. } => "use a path below the project's folder, without `..`".into(),
            Self::Extends { .. } => "break the circle of `extends`".into(),
            Self::UnknownFacet { .. } => "compare it with the names under [[facets]]".into(),
            Self::UnknownNetwork { .. } => {
                "write that file, or use `--network local` or `--network anvil`".into()
            }
            Self::Value { .. } | Self::Missing { .. } => return None,
        })
    }
}
