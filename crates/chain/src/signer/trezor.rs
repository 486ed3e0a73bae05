//! A Trezor device, over USB. Unproved: no device was at hand.

use super::{DerivationPath, Keyring};
use crate::ChainError;
use alloy_primitives::Address;
use alloy_signer_trezor::{HDPath, TrezorSigner};
use payrox_model::ChainId;

impl Keyring {
    /// The account of a path on the first device that is found.
    ///
    /// # Errors
    /// When there is no device, or it does not answer.
    pub async fn add_trezor(
        &mut self,
        path: &DerivationPath,
        chain_id: ChainId,
    ) -> Result<Address, ChainError> {
        let origin = format!("Trezor {path}");
        let at = HDPath::Other(path.to_string());
        self.add_device(&origin, async move { TrezorSigner::new(at, Some(chain_id.0)).await }).await
    }
}
