//! Whole accounts: the root over all of an account's storage, so that a slot nobody thought of shows, and what was logged.

use crate::{
    At, ChainError, Endpoint, LogEntry, LogQuery, Read,
    error::foreign,
    receipt::{LogJson, standing},
};
use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use alloy_transport::{RpcError, TransportError};
use alloy_trie::{Nibbles, proof::verify_proof, root::storage_root_unhashed};
use payrox_model::CodeHash;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::collections::{BTreeMap, BTreeSet};

const PROOF: &str = "eth_getProof";
const LOGS: &str = "eth_getLogs";
/// Zero in RLP.
const ZERO: [u8; 1] = [0x80];
/// The embedded chain keeps no trie, and lists what it holds.
const DUMP: &str = "payrox_dumpStorage";

/// Everything of an account that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub address: Address,
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// EXTCODEHASH; that of no code where there is none.
    pub code_hash: CodeHash,
    /// All of its storage.
    pub storage: Storage,
    /// The slots asked for.
    pub slots: BTreeMap<U256, U256>,
    /// Those of them that are zero and in the trie all the same, as their proofs show: development nodes keep what was touched.
    pub zeros: BTreeSet<U256>,
}

/// All of an account's storage, in one of two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// The root of its trie.
    Root(B256),
    /// Every slot that is not zero.
    All(BTreeMap<U256, U256>),
}

/// Accounts and logs. What the node refuses to tell is its own words instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// In the order asked for.
    pub accounts: Result<Vec<Account>, String>,
    /// In the order of the chain.
    pub logs: Result<Vec<LogEntry>, String>,
}

/// What a transaction calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCall {
    /// Who sent it.
    pub from: Address,
    /// Callee; `None` for a creation.
    pub to: Option<Address>,
    /// Calldata.
    pub data: Bytes,
}

/// The root of a storage of these slots (yellow paper, appendix D). A slot of value zero is hashed as well, as by nodes that keep
/// cleared slots; leave it out for the root as it is defined.
pub fn storage_root(slots: &BTreeMap<U256, U256>) -> B256 {
    storage_root_unhashed(slots.iter().map(|(slot, value)| (B256::from(*slot), *value)))
}

impl Endpoint {
    /// Whole accounts with some of their slots, and logs, in one round trip; in two from the embedded chain over HTTP.
    ///
    /// # Errors
    /// When the endpoint fails as a whole, or answers something else.
    pub async fn evidence(
        &self,
        at: At,
        wanted: &[(Address, Vec<U256>)],
        logs: Option<&LogQuery>,
    ) -> Result<Evidence, ChainError> {
        let proofs = wanted.iter().map(|(address, slots)| {
            let keys: Vec<B256> = slots.iter().copied().map(B256::from).collect();
            (PROOF, json!([address, keys, at.tag()]))
        });
        let mut requests: Vec<(&'static str, Value)> =
            if self.is_in_process() { Vec::new() } else { proofs.collect() };
        let proved = requests.len();
        requests.extend(logs.map(|query| (LOGS, json!([query.json()]))));
        let mut answers =
            if requests.is_empty() { Vec::new() } else { self.batch(&requests).await? }.into_iter();
        let mut accounts = Ok(Vec::with_capacity(wanted.len()));
        for ((address, slots), answer) in wanted.iter().zip(answers.by_ref().take(proved)) {
            match (self.told(PROOF, answer)?, &mut accounts) {
                (Ok(raw), Ok(known)) => known.push(self.account(*address, slots, &raw)?),
                (Err(why), Ok(_)) => accounts = Err(why),
                (_, Err(_)) => {}
            }
        }
        if (self.is_in_process() || accounts.is_err())
            && let Some(dumped) = self.dumped(at, wanted).await?
        {
            accounts = Ok(dumped);
        }
        let logs = match answers.next() {
            None => Ok(Vec::new()),
            Some(answer) => match self.told(LOGS, answer)? {
                Ok(raw) => {
                    let logs: Vec<LogJson> = self.parse(LOGS, &raw)?;
                    Ok(standing(logs))
                }
                Err(why) => Err(why),
            },
        };
        Ok(Evidence { accounts, logs })
    }

    /// What transactions call; `None` for those that the node does not know.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn sent_calls(&self, txs: &[B256]) -> Result<Vec<Option<SentCall>>, ChainError> {
        const METHOD: &str = "eth_getTransactionByHash";
        let requests: Vec<_> = txs.iter().map(|tx| (METHOD, json!([tx]))).collect();
        let mut calls = Vec::with_capacity(txs.len());
        for answer in self.batch(&requests).await? {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), METHOD, &e))?;
            let sent = self.parse::<Option<SentJson>>(METHOD, &raw)?;
            calls.push(sent.map(|sent| SentCall { from: sent.from, to: sent.to, data: sent.input }));
        }
        Ok(calls)
    }

    /// A refusal is an answer about the node, not about the account.
    fn told(
        &self,
        method: &'static str,
        answer: Result<Box<RawValue>, TransportError>,
    ) -> Result<Result<Box<RawValue>, String>, ChainError> {
        match answer {
            Ok(raw) => Ok(Ok(raw)),
            Err(RpcError::ErrorResp(payload)) => {
                Ok(Err(format!("{method}: {} ({})", foreign(&payload.message), payload.code)))
            }
            Err(e) => Err(ChainError::of(self.shown(), method, &e)),
        }
    }

    fn account(&self, address: Address, slots: &[U256], raw: &RawValue) -> Result<Account, ChainError> {
        let proof: ProofJson = self.parse(PROOF, raw)?;
        if proof.address != address {
            return Err(self.odd(PROOF, "it is the proof of another account"));
        }
        let found: BTreeMap<U256, U256> = proof.storage_proof.iter().map(|s| (s.key, s.value)).collect();
        if slots.iter().any(|slot| !found.contains_key(slot)) {
            return Err(self.odd(PROOF, "a slot that was asked for is missing"));
        }
        let root = proof.storage_hash;
        let is_kept = |slot: &&SlotJson| {
            let path = Nibbles::unpack(keccak256(B256::from(slot.key)));
            slot.value.is_zero() && verify_proof(root, path, Some(ZERO.to_vec()), &slot.proof).is_ok()
        };
        let zeros = proof.storage_proof.iter().filter(is_kept).map(|slot| slot.key).collect();
        Ok(Account {
            address,
            zeros,
            nonce: proof.nonce.to(),
            balance: proof.balance,
            code_hash: CodeHash(proof.code_hash),
            storage: Storage::Root(root),
            slots: found,
        })
    }

    /// The same from the embedded chain; `None` where it is another.
    async fn dumped(
        &self,
        at: At,
        wanted: &[(Address, Vec<U256>)],
    ) -> Result<Option<Vec<Account>>, ChainError> {
        let requests: Vec<_> = wanted.iter().map(|(address, _)| (DUMP, json!([address]))).collect();
        let mut all = Vec::with_capacity(wanted.len());
        for answer in self.batch(&requests).await? {
            let Ok(raw) = self.told(DUMP, answer)? else { return Ok(None) };
            all.push(self.parse::<BTreeMap<U256, U256>>(DUMP, &raw)?);
        }
        let reads: Vec<_> =
            wanted.iter().flat_map(|(a, _)| [Read::Nonce(*a), Read::Balance(*a), Read::Code(*a)]).collect();
        let mut heads = self.read(at, &reads).await?.into_iter();
        let mut next = || heads.next().unwrap_or_else(|| Err(self.odd(DUMP, "an answer is missing")));
        let mut accounts = Vec::with_capacity(wanted.len());
        for ((address, slots), all) in wanted.iter().zip(all) {
            let (nonce, balance, code) = (next()?, next()?, next()?);
            accounts.push(Account {
                address: *address,
                nonce: U256::from_be_slice(&nonce).saturating_to(),
                balance: U256::from_be_slice(&balance),
                code_hash: CodeHash::of(&code),
                slots: slots.iter().map(|s| (*s, all.get(s).copied().unwrap_or_default())).collect(),
                storage: Storage::All(all),
                zeros: BTreeSet::new(),
            });
        }
        Ok(Some(accounts))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofJson {
    address: Address,
    balance: U256,
    code_hash: B256,
    nonce: U64,
    storage_hash: B256,
    #[serde(default)]
    storage_proof: Vec<SlotJson>,
}

#[derive(Deserialize)]
struct SlotJson {
    key: U256,
    value: U256,
    #[serde(default)]
    proof: Vec<Bytes>,
}

#[derive(Deserialize)]
struct SentJson {
    from: Address,
    to: Option<Address>,
    input: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, keccak256};
    use payrox_devnet::{Devnet, DevnetConfig};

    #[test]
    fn the_root_of_no_storage_is_the_empty_tries_and_a_zero_slot_is_no_slot_only_where_it_is_left_out() {
        assert_eq!(
            storage_root(&BTreeMap::new()),
            b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
        );
        let one = BTreeMap::from([(U256::from(1), U256::from(5))]);
        // A trie of one leaf: its key is the whole path with the prefix of an even leaf.
        let path = [&[0x20][..], keccak256(B256::with_last_byte(1)).as_slice()].concat();
        let leaf = [&[0xe3, 0xa1][..], &path, &[0x05]].concat();
        assert_eq!(storage_root(&one), keccak256(leaf));
        let with_zero = BTreeMap::from([(U256::from(1), U256::from(5)), (U256::from(2), U256::ZERO)]);
        assert_ne!(storage_root(&with_zero), storage_root(&one));
    }

    #[tokio::test]
    async fn the_embedded_chain_lists_every_slot() {
        let (devnet, at) = (Devnet::new(&DevnetConfig::default()), Address::repeat_byte(7));
        devnet.set_code(at, Bytes::from_static(&[0x5f])).unwrap();
        devnet.set_storage(at, U256::MAX, B256::with_last_byte(9)).unwrap();
        let endpoint = Endpoint::in_process(devnet.client());
        let wanted = [(at, vec![U256::ZERO, U256::MAX])];
        let evidence = endpoint.evidence(At::Latest, &wanted, None).await.unwrap();
        let [account] = <[Account; 1]>::try_from(evidence.accounts.unwrap()).unwrap();
        assert_eq!(account.storage, Storage::All(BTreeMap::from([(U256::MAX, U256::from(9))])));
        assert_eq!((account.slots[&U256::ZERO], account.slots[&U256::MAX]), (U256::ZERO, U256::from(9)));
        assert_eq!(account.code_hash, CodeHash::of(&[0x5f]));
    }
}
