//! A transaction before it is signed, and as a node shows it afterwards.

use crate::{ChainError, Endpoint, Fees, Signed, Transaction};
use alloy_consensus::{Transaction as _, TxEip1559, TxEnvelope, TxLegacy, TypedTransaction};
use alloy_eips::eip2718::{Decodable2718, Encodable2718 as _};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, keccak256};
use payrox_model::{ChainId, Gas};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Transaction {
    /// What is signed: EIP-1559 where there is a tip, else EIP-155.
    pub fn unsigned(&self) -> TypedTransaction {
        let (chain_id, nonce, gas_limit) = (self.chain_id.0, self.nonce, self.gas.0);
        let (to, value, input) = (TxKind::Call(self.to), self.value, self.data.clone());
        match self.fees.tip {
            Some(tip) => TypedTransaction::Eip1559(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: self.fees.max_fee,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: Default::default(),
                input,
            }),
            None => TypedTransaction::Legacy(TxLegacy {
                chain_id: Some(chain_id),
                nonce,
                gas_price: self.fees.max_fee,
                gas_limit,
                to,
                value,
                input,
            }),
        }
    }
}

impl Signed {
    /// What was signed; `None` for what is no transaction of the kinds made here. The sender is not recovered.
    pub fn transaction(&self, from: Address) -> Option<Transaction> {
        let tx = TxEnvelope::decode_2718(&mut self.raw.as_ref()).ok()?;
        Some(Transaction {
            chain_id: ChainId(tx.chain_id()?),
            from,
            nonce: tx.nonce(),
            to: tx.to()?,
            value: tx.value(),
            data: tx.input().clone(),
            gas: Gas(tx.gas_limit()),
            fees: Fees { max_fee: tx.max_fee_per_gas(), tip: tx.max_priority_fee_per_gas() },
        })
    }
}

/// A transaction that a node shows, waiting or in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its hash.
    pub hash: B256,
    /// Sender.
    pub from: Address,
    /// Its count of transactions.
    pub nonce: u64,
    /// Callee; `None` for a creation.
    pub to: Option<Address>,
    /// Ether sent.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Units of gas, at most.
    pub gas: Gas,
    /// What a unit may cost.
    pub fees: Fees,
    /// The block it is in; `None` while it waits.
    pub block: Option<u64>,
}

const BY_HASH: &str = "eth_getTransactionByHash";
const BY_NONCE: &str = "eth_getTransactionBySenderAndNonce";

impl Endpoint {
    /// What the node knows of transactions; `None` for those it does not know, or forgot. What it shows has the hash that was asked
    /// for: what takes the place of a transaction is made from it.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn seen(&self, hashes: &[B256]) -> Result<Vec<Option<Seen>>, ChainError> {
        let requests: Vec<_> = hashes.iter().map(|hash| (BY_HASH, json!([hash]))).collect();
        let mut seen = Vec::with_capacity(hashes.len());
        for (hash, answer) in hashes.iter().zip(self.batch(&requests).await?) {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), BY_HASH, &e))?;
            let found = self.parse::<Option<Value>>(BY_HASH, &raw)?;
            let found = found.map(|tx| Seen::proved(&tx).filter(|seen| seen.hash == *hash));
            if found.as_ref().is_some_and(Option::is_none) {
                return Err(self.odd(BY_HASH, "what it shows has not this hash"));
            }
            seen.push(found.flatten());
        }
        Ok(seen)
    }

    /// What waits of an account at these nonces, by whichever way the node has to tell it; `None` where it does not. The hash is that of
    /// what is shown.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub async fn waiting(
        &self,
        from: Address,
        nonces: std::ops::Range<u64>,
    ) -> Result<Vec<Option<Seen>>, ChainError> {
        let nonces: Vec<u64> = nonces.take(WAITING).collect();
        let by_nonce = |nonce: &u64| (BY_NONCE, json!([from, format!("{nonce:#x}")]));
        let answers = self.batch(&nonces.iter().map(by_nonce).collect::<Vec<_>>()).await?;
        let mut found: Vec<Seen> = Vec::new();
        for raw in answers.into_iter().flatten() {
            found.extend(self.parse::<Value>(BY_NONCE, &raw).ok().and_then(|tx| Seen::proved(&tx)));
        }
        if found.is_empty() {
            // What is in the block that the node would make next.
            let pending: Result<Option<Block>, _> =
                self.request("eth_getBlockByNumber", ("pending", true)).await;
            let pending = pending.ok().flatten().map(|block| block.transactions).unwrap_or_default();
            found.extend(pending.iter().filter_map(Seen::proved));
        }
        if found.iter().filter(|seen| seen.from == from).count() < nonces.len() {
            let pool: Result<Pool, _> = self.request("txpool_contentFrom", (from,)).await;
            let pool = pool.map(|pool| pool.pending).unwrap_or_default();
            found.extend(pool.values().filter_map(Seen::proved));
        }
        let at = |nonce: &u64| {
            found.iter().find(|seen| seen.from == from && seen.nonce == *nonce && seen.block.is_none())
        };
        Ok(nonces.iter().map(|nonce| at(nonce).cloned()).collect())
    }

    /// The transactions in blocks that used an account's nonces, looked for in the newest of these blocks. Those that are in none of
    /// them are left out.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub async fn spenders(
        &self,
        from: Address,
        blocks: std::ops::RangeInclusive<u64>,
    ) -> Result<BTreeMap<u64, Seen>, ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let requests: Vec<_> =
            blocks.rev().take(BLOCKS).map(|n| (BLOCK, json!([format!("{n:#x}"), true]))).collect();
        let mut found = BTreeMap::new();
        for raw in self.batch(&requests).await?.into_iter().flatten() {
            let block = self.parse::<Option<Block>>(BLOCK, &raw).ok().flatten();
            let all = block.map(Block::transactions).unwrap_or_default().into_iter();
            found.extend(all.filter(|seen| seen.from == from).map(|seen| (seen.nonce, seen)));
        }
        Ok(found)
    }

    /// The one that used this nonce.
    ///
    /// # Errors
    /// As [`Endpoint::spenders`].
    pub async fn spender(
        &self,
        from: Address,
        nonce: u64,
        blocks: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<Seen>, ChainError> {
        Ok(self.spenders(from, blocks).await?.remove(&nonce))
    }
}

/// Transactions that are asked for, at most.
const WAITING: usize = 256;
/// Blocks that are looked through, at most.
const BLOCKS: usize = 32;

/// A block of which only the transactions of known shape matter: some chains have others besides.
#[derive(Debug, Deserialize)]
struct Block {
    transactions: Vec<Value>,
}

impl Block {
    fn transactions(self) -> Vec<Seen> {
        let known = self.transactions.into_iter().filter_map(|tx| SeenJson::deserialize(tx).ok());
        known.map(Seen::from).collect()
    }
}

#[derive(Debug, Deserialize)]
struct Pool {
    #[serde(default)]
    pending: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeenJson {
    hash: B256,
    from: Address,
    nonce: U64,
    to: Option<Address>,
    value: U256,
    input: Bytes,
    gas: U64,
    gas_price: Option<U256>,
    max_fee_per_gas: Option<U256>,
    max_priority_fee_per_gas: Option<U256>,
    block_number: Option<U64>,
}

impl Seen {
    /// A transaction of a known kind, by the hash of its fields and not by the one that is said.
    fn proved(shown: &Value) -> Option<Self> {
        let seen = Self::from(SeenJson::deserialize(shown).ok()?);
        let signed = TxEnvelope::deserialize(shown).ok()?;
        Some(Self { hash: keccak256(signed.encoded_2718()), ..seen })
    }
}

impl From<SeenJson> for Seen {
    fn from(tx: SeenJson) -> Self {
        let max_fee = tx.max_fee_per_gas.or(tx.gas_price).unwrap_or_default();
        Self {
            hash: tx.hash,
            from: tx.from,
            nonce: tx.nonce.to(),
            to: tx.to,
            value: tx.value,
            data: tx.input,
            gas: Gas(tx.gas.to()),
            fees: Fees {
                max_fee: max_fee.saturating_to(),
                tip: tx.max_priority_fee_per_gas.map(|tip| tip.saturating_to()),
            },
            block: tx.block_number.map(|number| number.to()),
        }
    }
}
