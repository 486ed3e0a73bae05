//! What can be wrong with one artifact, each with its code.

use payrox_model::{Code, ExitCode, Fault, Selector};

/// What is wrong with an artifact or with the name of one. Texts from files are escaped already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum Flaw {
    #[error("it is not JSON that can be read: {why}")]
    Json { why: String },
    #[error("it is no artifact: {why}")]
    Shape { why: String },
    #[error("its ABI is malformed: {why}")]
    Abi { why: String },
    #[error("{part} is not hexadecimal: {why}")]
    Hex { part: &'static str, why: String },
    #[error("the path `{path}` is refused: {why}")]
    Path { path: String, why: &'static str },
    #[error("`{name}` is no name of a contract")]
    Name { name: String },
    #[error("`{first}` and `{second}` have the same selector {selector}")]
    Collision { selector: Selector, first: String, second: String },
    #[error("its metadata is malformed: {why}")]
    Metadata { why: String },
    #[error("a reference in {part} is out of place: {why}")]
    Reference { part: &'static str, why: String },
    #[error("the compiler reported an error: {message}")]
    Compiler { message: String },
    #[error("methodIdentifiers and ABI disagree on `{function}`")]
    Identifiers { function: String },
    #[error("its metadata says compiler {metadata}, its code was made by {code}")]
    CompilerMismatch { metadata: String, code: String },
    #[error("it says nowhere which source it is from: it has no metadata")]
    Anonymous,
    #[error("it {name}: a build-info is what its code is read from")]
    NoBuildInfo { name: String },
    #[error("it and its build-info disagree on {part}")]
    BuildInfo { part: &'static str },
}

impl Fault for Flaw {
    fn code(&self) -> Code {
        Code(match self {
            Self::Json { .. } => "PRX-ART-001",
            Self::Shape { .. } => "PRX-ART-002",
            Self::Abi { .. } => "PRX-ART-003",
            Self::Hex { .. } => "PRX-ART-004",
            Self::Path { .. } => "PRX-ART-005",
            Self::Name { .. } => "PRX-ART-006",
            Self::Collision { .. } => "PRX-ART-007",
            Self::Metadata { .. } => "PRX-ART-008",
            Self::Reference { .. } => "PRX-ART-009",
            Self::Compiler { .. } => "PRX-ART-010",
            Self::Identifiers { .. } => "PRX-ART-011",
            Self::CompilerMismatch { .. } => "PRX-ART-012",
            Self::Anonymous => "PRX-ART-013",
            Self::NoBuildInfo { .. } => "PRX-ART-014",
            Self::BuildInfo { .. } => "PRX-ART-015",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Path { .. } | Self::Name { .. } => {
                "name a contract as `src/File.sol:Name`, or as `Name` where only one source has it".into()
            }
            Self::Collision { .. } => "rename one of the two functions".into(),
            Self::Compiler { .. } => "`payrox build` shows all errors with file and line".into(),
            Self::Anonymous => "let the compiler emit metadata, or build with `payrox build`".into(),
            Self::NoBuildInfo { .. } | Self::BuildInfo { .. } => {
                "build again: `npx hardhat compile --force`, `npx hardhat build --force` with Hardhat 3"
                    .into()
            }
            _ => "build again: `payrox build`, or `forge build --force`".into(),
        })
    }
}

impl From<serde_json::Error> for Flaw {
    fn from(error: serde_json::Error) -> Self {
        let why = crate::reference::shorten(&error.to_string());
        if error.is_data() { Self::Shape { why } } else { Self::Json { why } }
    }
}
