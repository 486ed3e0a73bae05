//! What is the same of every device on USB.

use super::{Holder, KeyError, Keyring};
use crate::ChainError;
use alloy_network::TxSigner;
use alloy_primitives::{Address, Signature};

impl Keyring {
    /// The account of a device that is looked for.
    pub(super) async fn add_device<S, E>(
        &mut self,
        origin: &str,
        search: impl Future<Output = Result<S, E>> + Send + 'static,
    ) -> Result<Address, ChainError>
    where
        S: TxSigner<Signature> + Send + Sync + 'static,
        E: std::error::Error + Send + 'static,
    {
        // The libraries panic where the system gives no access to USB: in a task of its own that is an error like others.
        let found = tokio::spawn(search).await.map_err(|_| KeyError::Signer {
            origin: origin.to_owned(),
            why: "this system gives no access to USB devices".into(),
        })?;
        let signer = found.map_err(|error| KeyError::of_signer(origin, &error))?;
        let address = TxSigner::address(&signer);
        Ok(self.add(address, Holder::Elsewhere(Box::new(signer)), origin)?)
    }
}
