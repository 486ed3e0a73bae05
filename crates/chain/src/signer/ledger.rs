//! A Ledger device, over USB. Unproved: no device was at hand.

use super::{DerivationPath, Holder, KeyError, Keyring};
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
        // The library panics where the system gives no access to USB: in a task of its own that is an error like others.
        let found = tokio::spawn(async move { LedgerSigner::new(at, Some(chain_id.0)).await }).await;
        let found = found.map_err(|_| KeyError::Signer {
            origin: origin.clone(),
            why: "this system gives no access to USB devices".into(),
        })?;
        let signer = found.map_err(|error| KeyError::of_signer(&origin, &error))?;
        let address = alloy_signer::Signer::address(&signer);
        Ok(self.add(address, Holder::Elsewhere(Box::new(signer)), &origin)?)
    }
}
