//! Keys: where each came from can be shown, the key never.

use crate::{ChainError, Endpoint, Fees};
use alloy_consensus::{SignableTransaction, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use payrox_model::{ChainId, Gas, text::escape};
use std::{collections::BTreeMap, fmt};

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

/// Addresses that can be signed for. A key leaves memory zeroed when it is dropped, as far as its type can.
#[derive(Default)]
pub struct Keyring {
    keys: BTreeMap<Address, Key>,
}

struct Key {
    signer: PrivateKeySigner,
    origin: String,
}

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The chain it is for.
    pub chain_id: ChainId,
    /// Sender.
    pub from: Address,
    /// Sender's count of transactions so far.
    pub nonce: u64,
    /// Callee.
    pub to: Address,
    /// Ether sent.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Units of gas, at most.
    pub gas: Gas,
    /// What a unit may cost.
    pub fees: Fees,
}

/// A signed transaction: a bearer instrument, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its hash.
    pub hash: B256,
    /// EIP-2718 bytes.
    pub raw: Bytes,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.keys.iter().map(|(address, key)| (address, &key.origin))).finish()
    }
}

impl Keyring {
    /// No key at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The ten development accounts. Only for chains where nothing is worth anything.
    pub fn dev() -> Self {
        let mut ring = Self::empty();
        for (index, key) in DEV_KEYS.iter().enumerate() {
            // Each is a valid key: a test derives them anew.
            if let Ok(signer) = PrivateKeySigner::from_slice(key) {
                ring.add(signer, format!("development account {index}"));
            }
        }
        ring
    }

    /// Takes a private key in hexadecimal. `origin` is shown to people: `--private-key`, `PRIVATE_KEY`.
    ///
    /// # Errors
    /// When it is no key. The text is not repeated.
    pub fn add_private_key(&mut self, key: &str, origin: &str) -> Result<Address, ChainError> {
        let bad = || ChainError::BadKey { origin: escape(origin) };
        let mut bytes = [0; 32];
        hex::decode_to_slice(key.trim(), &mut bytes).map_err(|_| bad())?;
        let signer = PrivateKeySigner::from_slice(&bytes).map_err(|_| bad());
        bytes.fill(0);
        Ok(self.add(signer?, escape(origin)))
    }

    fn add(&mut self, signer: PrivateKeySigner, origin: String) -> Address {
        let address = signer.address();
        self.keys.insert(address, Key { signer, origin });
        address
    }

    /// Whether it can sign for this address.
    pub fn has(&self, address: Address) -> bool {
        self.keys.contains_key(&address)
    }

    /// Where the key of this address came from.
    pub fn origin(&self, address: Address) -> Option<&str> {
        self.keys.get(&address).map(|key| key.origin.as_str())
    }

    /// All addresses, ascending.
    pub fn addresses(&self) -> impl Iterator<Item = Address> {
        self.keys.keys().copied()
    }

    /// Signs a transaction for its sender. A device, a service or `node` may have to be asked, which takes seconds.
    ///
    /// # Errors
    /// When there is no key of the sender.
    pub async fn sign(&self, tx: &Transaction, node: &Endpoint) -> Result<Signed, ChainError> {
        let _ = node;
        let key = self.keys.get(&tx.from).ok_or(ChainError::NoKey(tx.from))?;
        let unsigned = tx.unsigned();
        let signature = key
            .signer
            .sign_hash_sync(&unsigned.signature_hash())
            .map_err(|source| ChainError::Sign { from: tx.from, source })?;
        let envelope = TxEnvelope::from(unsigned.into_signed(signature));
        Ok(Signed { hash: *envelope.tx_hash(), raw: envelope.encoded_2718().into() })
    }
}
