//! A key in AWS KMS (`ECC_SECG_P256K1`, `SIGN_VERIFY`), which never leaves it.

use super::{Holder, KeyError, Keyring};
use crate::ChainError;
use alloy_primitives::Address;
use alloy_signer_aws::AwsSigner;
use aws_config::BehaviorVersion;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use payrox_model::ChainId;

impl Keyring {
    /// The key with this id, alias or ARN. Region and credentials come from where the AWS tools have them: variables, profile, or the
    /// machine's role.
    ///
    /// # Errors
    /// When the service does not answer, or the key is not for signing on secp256k1.
    pub async fn add_aws(&mut self, key_id: &str, chain_id: ChainId) -> Result<Address, ChainError> {
        let origin = format!("AWS KMS {key_id}");
        // The SDK's own client brings a second cryptography library.
        let client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(client).load().await;
        let signer =
            AwsSigner::new(aws_sdk_kms::Client::new(&config), key_id.to_owned(), Some(chain_id.0)).await;
        let signer = signer.map_err(|error| KeyError::of_signer(&origin, &error))?;
        let address = alloy_signer::Signer::address(&signer);
        Ok(self.add(address, Holder::Elsewhere(Box::new(signer)), &origin)?)
    }
}
