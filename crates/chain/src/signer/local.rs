//! Keys that are in this process: given as they are, or derived from a phrase.

use super::{Holder, KeyError, Keyring, Secret, read_secret};
use crate::{ChainError, Secrets};
use alloy_primitives::{Address, hex};
use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use payrox_model::text::escape;
use std::{fmt, path::Path, str::FromStr};
use zeroize::Zeroizing;

/// The keys of the mnemonic `test test … junk` at `m/44'/60'/0'/0/<index>`, which every Ethereum tool knows. Public
/// knowledge, written out because deriving them costs milliseconds.
const DEV_KEYS: [[u8; 32]; 10] = [
    hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    hex!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    hex!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    hex!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    hex!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    hex!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    hex!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    hex!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    hex!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// The key of 32 bytes, where they are one.
pub(super) fn signer(key: &[u8; 32]) -> Option<PrivateKeySigner> {
    PrivateKeySigner::from_slice(key).ok()
}

/// A path in a tree of keys (BIP-32), such as `m/44'/60'/0'/0/0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivationPath(String);

impl DerivationPath {
    /// The account of an index, as most wallets count: `m/44'/60'/0'/0/<index>`.
    pub fn account(index: u32) -> Self {
        Self(format!("m/44'/60'/0'/0/{index}"))
    }

    /// The account of an index as Ledger's and Trezor's own programs count: `m/44'/60'/<index>'/0/0`.
    pub fn device(index: u32) -> Self {
        Self(format!("m/44'/60'/{index}'/0/0"))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DerivationPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let step = |step: &str| {
            let digits = step.strip_suffix('\'').unwrap_or(step);
            digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u32>().is_ok_and(|n| n < 1 << 31)
        };
        let steps =
            text.strip_prefix("m/").map(|rest| rest.split('/').collect::<Vec<_>>()).unwrap_or_default();
        if steps.is_empty() || steps.len() > 10 || !steps.into_iter().all(step) {
            return Err("a derivation path looks like m/44'/60'/0'/0/0".into());
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for DerivationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Keyring {
    /// The ten development accounts. Only for chains where nothing is worth anything.
    pub fn dev() -> Self {
        let mut ring = Self::empty();
        ring.add_dev();
        ring
    }

    /// Adds the ten development accounts.
    pub fn add_dev(&mut self) {
        for (index, key) in DEV_KEYS.iter().enumerate() {
            // Each is a valid key: a test derives them anew.
            if let Some(signer) = signer(key) {
                let _ = self.add_local(signer, &format!("development account {index}"));
            }
        }
    }

    /// Takes a private key in hexadecimal. `origin` is shown to people: `--private-key`, `PRIVATE_KEY`.
    ///
    /// # Errors
    /// When it is no key, or one that everybody has on a production network. The text is not repeated.
    pub fn add_private_key(&mut self, key: &str, origin: &str) -> Result<Address, ChainError> {
        let bad = || ChainError::BadKey { origin: escape(origin) };
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(key.trim(), bytes.as_mut_slice()).map_err(|_| bad())?;
        Secrets::of_this_process().add_key(&bytes);
        Ok(self.add_local(signer(&bytes).ok_or_else(bad)?, origin)?)
    }

    /// The same from a file that only its owner may read.
    ///
    /// # Errors
    /// As [`read_secret`] and [`Keyring::add_private_key`].
    pub fn add_private_key_file(&mut self, path: &Path, origin: &str) -> Result<Address, ChainError> {
        self.add_private_key(read_secret(path)?.reveal(), origin)
    }

    /// Derives a key from a phrase of English words (BIP-39).
    ///
    /// # Errors
    /// When the phrase is none, or its key one that everybody has on a production network. The phrase is not repeated.
    pub fn add_mnemonic(
        &mut self,
        phrase: &Secret,
        passphrase: Option<&Secret>,
        path: &DerivationPath,
        origin: &str,
    ) -> Result<Address, ChainError> {
        let bad = || KeyError::Phrase { origin: escape(origin) };
        let words = Zeroizing::new(phrase.reveal().split_whitespace().collect::<Vec<_>>().join(" "));
        let secrets = Secrets::of_this_process();
        secrets.add(&words);
        if let Some(passphrase) = passphrase {
            secrets.add_password(passphrase.reveal());
        }
        let mut builder = MnemonicBuilder::<English>::default().phrase(words.as_str());
        if let Some(passphrase) = passphrase {
            builder = builder.password(passphrase.reveal());
        }
        let builder = builder.derivation_path(path.as_str()).map_err(|_| bad())?;
        // The builder's error can name a word of the phrase.
        let signer = builder.build().map_err(|_| bad())?;
        secrets.add_key(&signer.to_bytes());
        Ok(self.add_local(signer, origin)?)
    }

    pub(super) fn add_local(&mut self, signer: PrivateKeySigner, origin: &str) -> Result<Address, KeyError> {
        self.add(signer.address(), Holder::Here(signer), origin)
    }
}
