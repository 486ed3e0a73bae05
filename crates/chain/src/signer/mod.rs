//! Keys: where each came from can be shown, the key never.

mod absent;
#[cfg(feature = "aws")]
mod aws;
mod error;
mod expected;
mod keystore;
mod known;
#[cfg(feature = "ledger")]
mod ledger;
mod local;
mod node;
mod offline;
mod privacy;
mod secret;
mod transaction;
#[cfg(feature = "trezor")]
mod trezor;
#[cfg(any(feature = "ledger", feature = "trezor"))]
mod usb;

pub use error::KeyError;
pub use keystore::{account_file, foundry_keystores};
pub use local::DerivationPath;
pub use offline::{UnsignedTransaction, UnsignedTransactions};
pub use privacy::forbid_core_dumps;
pub use secret::{Secret, read_secret};
pub use transaction::{Signed, Transaction};

use crate::{ChainError, Endpoint};
use alloy_consensus::TypedTransaction;
use alloy_network::TxSigner;
use alloy_primitives::{Address, Signature};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use expected::SignedElsewhere;
use payrox_model::{ChainId, text::escape};
use std::{collections::BTreeMap, fmt};

/// What a ring of keys is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRules {
    /// The only chain it signs for; any if `None`.
    pub chain_id: Option<ChainId>,
    /// The name of the production network it is for: there keys that everybody has are refused.
    pub production: Option<String>,
}

/// Addresses that can be signed for. A key leaves memory zeroed when it is dropped, as far as its type can.
#[derive(Default)]
pub struct Keyring {
    keys: BTreeMap<Address, Key>,
    rules: KeyRules,
}

struct Key {
    holder: Holder,
    origin: String,
}

/// Who has the key.
enum Holder {
    /// This process.
    Here(PrivateKeySigner),
    /// A device or a service: what it gives back is checked.
    #[cfg_attr(
        not(any(feature = "aws", feature = "ledger", feature = "trezor")),
        expect(dead_code, reason = "no such signer in this build")
    )]
    Elsewhere(Box<dyn TxSigner<Signature> + Send + Sync>),
    /// The node.
    Node,
    /// Nobody any more: these were signed on another machine.
    Done(Vec<SignedElsewhere>, Option<u128>),
    /// Somebody on another machine: the transactions are written down for them.
    Nobody,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.keys.iter().map(|(address, key)| (address, &key.origin))).finish()
    }
}

impl Keyring {
    /// No key at all, for any chain.
    pub fn empty() -> Self {
        Self::default()
    }

    /// No key yet.
    pub fn bound(rules: KeyRules) -> Self {
        Self { keys: BTreeMap::new(), rules }
    }

    fn add(&mut self, address: Address, holder: Holder, origin: &str) -> Result<Address, KeyError> {
        let origin = escape(origin);
        if let Some(network) = &self.rules.production {
            let open = match &holder {
                Holder::Here(signer) => known::is_guessable(signer),
                _ => false,
            };
            if open || payrox_model::is_published(address) {
                return Err(KeyError::Published { address, origin, network: escape(network) });
            }
        }
        self.keys.insert(address, Key { holder, origin });
        Ok(address)
    }

    /// An account whose key the node holds: it is asked to sign (`eth_signTransaction`), never to send.
    ///
    /// # Errors
    /// When everybody has the key, on a production network.
    pub fn add_node_account(&mut self, address: Address, origin: &str) -> Result<Address, ChainError> {
        Ok(self.add(address, Holder::Node, origin)?)
    }

    /// An account whose key is on another machine. Nothing can be signed for it here.
    ///
    /// # Errors
    /// As [`Keyring::add_node_account`].
    pub fn add_absent(&mut self, address: Address, origin: &str) -> Result<Address, ChainError> {
        if self.has(address) {
            return Ok(address);
        }
        Ok(self.add(address, Holder::Nobody, origin)?)
    }

    /// Leaves one address.
    ///
    /// # Errors
    /// When it is not there.
    pub fn only(&mut self, address: Address) -> Result<(), ChainError> {
        if !self.has(address) {
            return Err(KeyError::NotAmong { wanted: address, have: self.addresses().collect() }.into());
        }
        self.keys.retain(|other, _| *other == address);
        Ok(())
    }

    /// Whether it can sign for this address.
    pub fn has(&self, address: Address) -> bool {
        self.keys.contains_key(&address)
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether another transaction can be signed in place of one that was: not where all were signed on another machine.
    pub fn can_sign_again(&self, address: Address) -> bool {
        let holder = self.keys.get(&address).map(|key| &key.holder);
        matches!(holder, Some(Holder::Here(_) | Holder::Elsewhere(_) | Holder::Node))
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
    /// When there is no key of the sender, when the ring is for another chain, when whoever holds the key refuses, and when what comes back
    /// is not this transaction signed by this sender.
    pub async fn sign(&self, tx: &Transaction, node: &Endpoint) -> Result<Signed, ChainError> {
        let key = self.keys.get(&tx.from).ok_or(ChainError::NoKey(tx.from))?;
        if let Some(chain_id) = self.rules.chain_id.filter(|id| *id != tx.chain_id) {
            return Err(KeyError::OtherChain { ring: chain_id, tx: tx.chain_id }.into());
        }
        let failed = |source| ChainError::Sign { from: tx.from, source };
        match &key.holder {
            Holder::Here(signer) => {
                let signature = signer.sign_hash_sync(&tx.signing_hash()).map_err(failed)?;
                Ok(tx.with(signature))
            }
            Holder::Elsewhere(signer) => {
                // A device looks for the kind that it knows.
                let said = match tx.unsigned() {
                    TypedTransaction::Eip1559(mut new) => signer.sign_transaction(&mut new).await,
                    TypedTransaction::Legacy(mut old) => signer.sign_transaction(&mut old).await,
                    mut other => signer.sign_transaction(&mut other).await,
                };
                let signature = said.map_err(|source| KeyError::of_signer(&key.origin, &source))?;
                let signed = tx.with(signature);
                expected::same(tx, &signed.raw, &key.origin)?;
                Ok(signed)
            }
            Holder::Node => node::sign(tx, node).await,
            Holder::Done(signed, most) => Ok(expected::find(tx, signed, *most, &key.origin)?),
            Holder::Nobody => Err(KeyError::Absent { from: tx.from, nonce: tx.nonce }.into()),
        }
    }
}
