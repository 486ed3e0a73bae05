//! What it takes to put a contract on a chain, and what is refused before it is tried.

use crate::{
    arguments::{self, ArgumentError},
    bytecode::Unlinked,
    contract::Contract,
};
use alloy_primitives::{Address, Bytes};
use payrox_model::{Code, ExitCode, Fault};
use std::collections::BTreeMap;

/// Largest runtime code on chain, in bytes (EIP-170).
pub const RUNTIME_LIMIT: usize = 24_576;
/// Largest init code with its arguments, in bytes (EIP-3860).
pub const INIT_CODE_LIMIT: usize = 49_152;

/// A contract that can be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationCode {
    /// Libraries linked, without arguments.
    pub code: Bytes,
    /// ABI-encoded constructor arguments.
    pub arguments: Bytes,
}

impl CreationCode {
    /// Code and arguments together: what CREATE2 hashes.
    pub fn init_code(&self) -> Bytes {
        [self.code.as_ref(), self.arguments.as_ref()].concat().into()
    }
}

impl Contract {
    /// Demands that it can be a facet: it has code that fits on chain, and functions.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check_facet(&self) -> Result<(), CreationError> {
        self.check_code()?;
        if self.functions.is_empty() {
            return Err(CreationError::NoFunctions { contract: self.id.to_string() });
        }
        Ok(())
    }

    /// Demands that it has code and that the code fits on chain.
    ///
    /// # Errors
    /// When it has none or too much.
    pub fn check_code(&self) -> Result<(), CreationError> {
        let contract = || self.id.to_string();
        if self.creation.is_empty() || self.runtime.is_empty() {
            return Err(CreationError::NoCode { contract: contract() });
        }
        if self.runtime.len() > RUNTIME_LIMIT {
            return Err(CreationError::RuntimeTooLarge { contract: contract(), size: self.runtime.len() });
        }
        if self.creation.len() > INIT_CODE_LIMIT {
            return Err(CreationError::InitCodeTooLarge { contract: contract(), size: self.creation.len() });
        }
        Ok(())
    }

    /// Links its libraries, named `path:Name` or `Name`, and encodes its constructor's arguments.
    ///
    /// # Errors
    /// When it has no code, a library is missing, an argument is wrong, or the whole is too large.
    pub fn creation_code<S: AsRef<str>>(
        &self,
        libraries: &BTreeMap<String, Address>,
        arguments: &[S],
    ) -> Result<CreationCode, CreationError> {
        self.check_code()?;
        let code = self.creation.link(libraries).map_err(|Unlinked(libraries)| CreationError::Unlinked {
            contract: self.id.to_string(),
            libraries,
        })?;
        let arguments = arguments::encode_constructor(self, arguments)?;
        let size = code.len() + arguments.len();
        if size > INIT_CODE_LIMIT {
            return Err(CreationError::InitCodeTooLarge { contract: self.id.to_string(), size });
        }
        Ok(CreationCode { code, arguments })
    }
}

/// A contract that cannot be created, or cannot be a facet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum CreationError {
    #[error("{contract} has no code: it is an interface or abstract")]
    NoCode { contract: String },
    #[error("{contract} has no functions")]
    NoFunctions { contract: String },
    #[error("{contract} has {size} bytes of runtime code, the chain takes {RUNTIME_LIMIT} (EIP-170)")]
    RuntimeTooLarge { contract: String, size: usize },
    #[error("{contract} has {size} bytes of init code, the chain takes {INIT_CODE_LIMIT} (EIP-3860)")]
    InitCodeTooLarge { contract: String, size: usize },
    #[error("{contract} needs the address of {}", .libraries.join(", "))]
    Unlinked { contract: String, libraries: Vec<String> },
    #[error(transparent)]
    Argument(#[from] ArgumentError),
}

impl Fault for CreationError {
    fn code(&self) -> Code {
        Code(match self {
            Self::NoCode { .. } => "PRX-ART-030",
            Self::NoFunctions { .. } => "PRX-ART-031",
            Self::RuntimeTooLarge { .. } => "PRX-ART-032",
            Self::InitCodeTooLarge { .. } => "PRX-ART-033",
            Self::Unlinked { .. } => "PRX-ART-034",
            Self::Argument(error) => return error.code(),
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::NoCode { contract }
            | Self::NoFunctions { contract }
            | Self::RuntimeTooLarge { contract, .. }
            | Self::InitCodeTooLarge { contract, .. }
            | Self::Unlinked { contract, .. } => Some(contract.clone()),
            Self::Argument(error) => error.subject(),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoCode { .. } => "name the contract that implements it".into(),
            Self::NoFunctions { .. } => "a facet answers functions; make them external or public".into(),
            Self::RuntimeTooLarge { .. } | Self::InitCodeTooLarge { .. } => "split it into two facets".into(),
            Self::Unlinked { .. } => "make the library's functions internal, or give its address".into(),
            Self::Argument(error) => return error.hint(),
        })
    }
}
