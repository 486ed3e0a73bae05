//! Sending, and what became of it.

use crate::{ChainError, Endpoint, Rejection, Signed};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use payrox_model::Gas;
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use std::collections::BTreeMap;

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub tx: B256,
    /// Whether it succeeded.
    pub success: bool,
    /// The block it is in.
    pub block: u64,
    /// That block's hash.
    pub block_hash: B256,
    /// Its place in the block.
    pub index: u64,
    /// What it used.
    pub gas_used: Gas,
    /// Who sent it.
    pub from: Address,
    /// Whom it called; `None` for a creation.
    pub to: Option<Address>,
}

/// Which logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// First block.
    pub from_block: u64,
    /// Last block; the newest if `None`.
    pub to_block: Option<u64>,
    /// Emitters; any if empty.
    pub addresses: Vec<Address>,
    /// Alternatives for each topic; any if empty.
    pub topics: Vec<Vec<B256>>,
}

/// One log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Emitter.
    pub address: Address,
    /// Topics.
    pub topics: Vec<B256>,
    /// The rest.
    pub data: Bytes,
    /// Block.
    pub block: u64,
    /// Transaction.
    pub tx: B256,
}

impl Endpoint {
    /// What became of a transaction; `None` while it is in no block.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn receipt(&self, tx: B256) -> Result<Option<Receipt>, ChainError> {
        Ok(self.receipts(&[tx]).await?.pop().flatten())
    }

    /// The same for many, in one round trip.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn receipts(&self, txs: &[B256]) -> Result<Vec<Option<Receipt>>, ChainError> {
        const METHOD: &str = "eth_getTransactionReceipt";
        let requests: Vec<_> = txs.iter().map(|tx| (METHOD, json!([tx]))).collect();
        let answers = self.batch(&requests).await?;
        let mut receipts = Vec::with_capacity(txs.len());
        for (tx, answer) in txs.iter().zip(answers) {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), METHOD, &e))?;
            let receipt = self.parse::<Option<ReceiptJson>>(METHOD, &raw)?;
            if receipt.as_ref().is_some_and(|r| r.transaction_hash != *tx) {
                return Err(self.odd(METHOD, "it is the receipt of another transaction"));
            }
            receipts.push(receipt.map(Receipt::from));
        }
        Ok(receipts)
    }

    /// The same, where `block` is thought to hold many of them: it is asked for first, and only for the others one by one.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn receipts_near(
        &self,
        block: Option<u64>,
        txs: &[B256],
    ) -> Result<Vec<Option<Receipt>>, ChainError> {
        let block = match (block, txs) {
            (None, [_, _, _, .., last]) => self.receipt(*last).await?.map(|receipt| receipt.block),
            (block, _) => block.filter(|_| txs.len() > 1),
        };
        let Some(mut block) = block else { return self.receipts(txs).await };
        let mut found = BTreeMap::<B256, Receipt>::new();
        let missing = |found: &BTreeMap<B256, Receipt>| -> Vec<B256> {
            txs.iter().copied().filter(|tx| !found.contains_key(tx)).collect()
        };
        // What was sent at once is rarely in more than two blocks.
        for _ in 0..2 {
            // Not every node has the method, and some have not made up their mind about a block that new.
            let all = self.request("eth_getBlockReceipts", (format!("{block:#x}"),)).await;
            let all: Vec<ReceiptJson> = all.unwrap_or_default();
            found.extend(all.into_iter().map(|receipt| (receipt.transaction_hash, receipt.into())));
            match missing(&found).as_slice() {
                [first, _, _, ..] if !found.is_empty() => match self.receipt(*first).await? {
                    Some(receipt) if receipt.block != block => block = receipt.block,
                    _ => break,
                },
                _ => break,
            }
        }
        let others = missing(&found);
        let others = if others.is_empty() { Vec::new() } else { self.receipts(&others).await? };
        let mut others = others.into_iter();
        Ok(txs.iter().map(|tx| found.get(tx).cloned().or_else(|| others.next().flatten())).collect())
    }

    /// Sends signed transactions in the order given, in one round trip. A transaction that the node has already is
    /// no error.
    ///
    /// # Errors
    /// When the endpoint fails as a whole: then some may have arrived.
    pub async fn send(&self, signed: &[Signed]) -> Result<Vec<Result<(), ChainError>>, ChainError> {
        const METHOD: &str = "eth_sendRawTransaction";
        let requests: Vec<_> = signed.iter().map(|s| (METHOD, json!([s.raw]))).collect();
        let answers = self.batch(&requests).await?;
        let judge = |(signed, answer): (&Signed, Result<Box<RawValue>, _>)| match answer {
            Ok(raw) if self.parse::<B256>(METHOD, &raw)? == signed.hash => Ok(()),
            Ok(_) => Err(self.odd(METHOD, "it is the hash of another transaction")),
            Err(e) => match ChainError::of(self.shown(), METHOD, &e) {
                e if e.rejection() == Some(Rejection::Known) => Ok(()),
                e => Err(e),
            },
        };
        Ok(signed.iter().zip(answers).map(judge).collect())
    }

    /// Logs.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn logs(&self, query: &LogQuery) -> Result<Vec<LogEntry>, ChainError> {
        let to = query.to_block.map_or(json!("latest"), |block| json!(format!("{block:#x}")));
        let topics: Vec<_> =
            query.topics.iter().map(|t| if t.is_empty() { json!(null) } else { json!(t) }).collect();
        let mut filter =
            json!({ "fromBlock": format!("{:#x}", query.from_block), "toBlock": to, "topics": topics });
        if !query.addresses.is_empty() {
            filter["address"] = json!(query.addresses);
        }
        let logs: Vec<LogJson> = self.request("eth_getLogs", (filter,)).await?;
        Ok(logs.into_iter().filter(|log| !log.removed).map(LogEntry::from).collect())
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptJson {
    transaction_hash: B256,
    status: U64,
    block_number: U64,
    block_hash: B256,
    #[serde(default)]
    transaction_index: U64,
    gas_used: U256,
    from: Address,
    to: Option<Address>,
}

impl From<ReceiptJson> for Receipt {
    fn from(r: ReceiptJson) -> Self {
        Self {
            tx: r.transaction_hash,
            success: r.status == U64::ONE,
            block: r.block_number.to(),
            block_hash: r.block_hash,
            index: r.transaction_index.to(),
            gas_used: Gas(r.gas_used.saturating_to()),
            from: r.from,
            to: r.to,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogJson {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    transaction_hash: B256,
    #[serde(default)]
    removed: bool,
}

impl From<LogJson> for LogEntry {
    fn from(log: LogJson) -> Self {
        Self {
            address: log.address,
            topics: log.topics,
            data: log.data,
            block: log.block_number.to(),
            tx: log.transaction_hash,
        }
    }
}
