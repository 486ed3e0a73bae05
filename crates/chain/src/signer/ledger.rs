//! A Ledger device, over USB. Unproved: no device was at hand.

use super::{DerivationPath, Keyring};
use crate::ChainError;
use alloy_primitives::Address;
use alloy_signer_ledger::{HDPath, LedgerSigner};
use payrox_model::ChainId;

impl Keyring {
    /// The account of a path on the first device that is found, with its Ethereum app open.
    ///
    /// # Errors
    /// When there is no device, or it does not answer.
    pub async fn add_ledger(
        &mut self,
        path: &DerivationPath,
        chain_id: ChainId,
    ) -> Result<Address, ChainError> {
        let origin = format!("Ledger {path}");
        let at = HDPath::Other(path.to_string());
        self.add_device(&origin, async move { LedgerSigner::new(at, Some(chain_id.0)).await }).await
    }
}
