//! What this build leaves out: the same functions, which say so.
#![cfg_attr(
    all(feature = "aws", feature = "ledger", feature = "trezor"),
    expect(unused_imports, reason = "this build leaves nothing out")
)]

use super::{KeyError, Keyring};
use crate::ChainError;
use alloy_primitives::Address;
use payrox_model::ChainId;

#[cfg(not(feature = "ledger"))]
impl Keyring {
    /// A Ledger device: not in this build.
    ///
    /// # Errors
    /// Always, with the feature that is missing.
    pub async fn add_ledger(&mut self, _: &super::DerivationPath, _: ChainId) -> Result<Address, ChainError> {
        Err(KeyError::NotBuilt { what: "Ledger devices", feature: "ledger" }.into())
    }
}

#[cfg(not(feature = "trezor"))]
impl Keyring {
    /// A Trezor device: not in this build.
    ///
    /// # Errors
    /// Always, with the feature that is missing.
    pub async fn add_trezor(&mut self, _: &super::DerivationPath, _: ChainId) -> Result<Address, ChainError> {
        Err(KeyError::NotBuilt { what: "Trezor devices", feature: "trezor" }.into())
    }
}

#[cfg(not(feature = "aws"))]
impl Keyring {
    /// A key in AWS KMS: not in this build.
    ///
    /// # Errors
    /// Always, with the feature that is missing.
    pub async fn add_aws(&mut self, _: &str, _: ChainId) -> Result<Address, ChainError> {
        Err(KeyError::NotBuilt { what: "AWS KMS", feature: "aws" }.into())
    }
}
