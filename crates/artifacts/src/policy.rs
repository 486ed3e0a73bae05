//! The project's word on how its contracts are compiled, compared with the contracts' own metadata.

use crate::{contract::Contract, reference::shorten};
use payrox_model::{Code, ExitCode, Fault};

/// What compilations must have been; `None` where anything will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompilerPolicy {
    /// `0.8.30`, or with the commit `0.8.30+commit.73712a01`.
    pub version: Option<String>,
    /// Whether the code goes through Yul.
    pub via_ir: Option<bool>,
    /// Runs of the optimizer; `Some(None)` where it must be off.
    pub optimizer_runs: Option<Option<u64>>,
    /// Such as `cancun`.
    pub evm_version: Option<String>,
    /// `none`, `ipfs` or `bzzr1`.
    pub bytecode_hash: Option<String>,
}

impl CompilerPolicy {
    /// Demands that a contract was compiled as the policy says, by its own metadata.
    ///
    /// # Errors
    /// When one setting differs, or when nothing says how it was compiled.
    pub fn check(&self, contract: &Contract) -> Result<(), PolicyError> {
        if *self == Self::default() {
            return Ok(());
        }
        let id = || contract.id.to_string();
        let Some(found) = &contract.compilation else {
            return Err(PolicyError::Unknown { contract: id() });
        };
        if let Some(wanted) = &self.version
            && *wanted != found.version
            && wanted != found.release()
        {
            let (wanted, found) = (shorten(wanted), found.version.clone());
            return Err(PolicyError::Version { contract: id(), wanted, found });
        }
        let runs = |runs: Option<u64>| runs.map_or("off".to_owned(), |runs| runs.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "not said".to_owned());
        let settings = [
            ("via_ir", self.via_ir.map(|v| v.to_string()), found.via_ir.to_string()),
            ("optimizer_runs", self.optimizer_runs.map(runs), runs(found.optimizer_runs)),
            ("evm_version", self.evm_version.clone(), text(&found.evm_version)),
            ("bytecode_hash", self.bytecode_hash.clone(), text(&found.bytecode_hash)),
        ];
        for (setting, wanted, found) in settings {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
                let wanted = shorten(&wanted);
                return Err(PolicyError::Setting { contract: id(), setting, wanted, found });
            }
        }
        Ok(())
    }
}

/// A contract that was not compiled as the project demands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum PolicyError {
    #[error("{contract} was compiled by {found}, the project demands {wanted}")]
    Version { contract: String, wanted: String, found: String },
    #[error("{contract} was compiled with {setting} = {found}, the project demands {wanted}")]
    Setting { contract: String, setting: &'static str, wanted: String, found: String },
    #[error("nothing says how {contract} was compiled: it has no metadata")]
    Unknown { contract: String },
}

impl Fault for PolicyError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Version { .. } => "PRX-ART-036",
            Self::Setting { .. } => "PRX-ART-037",
            Self::Unknown { .. } => "PRX-ART-038",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::Refused
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Version { contract, .. } | Self::Setting { contract, .. } | Self::Unknown { contract } => {
                Some(contract.clone())
            }
        }
    }

    fn hint(&self) -> Option<String> {
        Some("`payrox build` compiles as payrox.toml says, or correct [compiler] there".into())
    }
}
