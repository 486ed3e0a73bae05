//! Sending, and what became of it.

use crate::{ChainError, Endpoint, Rejection, Signed};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use payrox_model::Gas;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
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
    /// That block's time, where the node says it along.
    pub timestamp: Option<u64>,
    /// Transaction.
    pub tx: B256,
}

impl LogQuery {
    /// As it is asked for.
    pub(crate) fn json(&self) -> Value {
        let to = self.to_block.map_or(json!("latest"), |block| json!(format!("{block:#x}")));
        let topics: Vec<_> =
            self.topics.iter().map(|t| if t.is_empty() { json!(null) } else { json!(t) }).collect();
        let mut filter =
            json!({ "fromBlock": format!("{:#x}", self.from_block), "toBlock": to, "topics": topics });
        if !self.addresses.is_empty() {
            filter["address"] = json!(self.addresses);
        }
        filter
    }
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
        let Some(block) = block.filter(|_| txs.len() > 1) else { return self.receipts(txs).await };
        // Not every node has the method, and some have not made up their mind about a block that new.
        let found = self.request("eth_getBlockReceipts", (format!("{block:#x}"),)).await;
        let found: Vec<ReceiptJson> = found.unwrap_or_default();
        let found: BTreeMap<B256, Receipt> =
            found.into_iter().map(|receipt| (receipt.transaction_hash, receipt.into())).collect();
        let others: Vec<B256> = txs.iter().copied().filter(|tx| !found.contains_key(tx)).collect();
        let mut others = match others.as_slice() {
            [] => Vec::new(),
            others => self.receipts(others).await?,
        }
        .into_iter();
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
        let logs: Vec<LogJson> = self.request("eth_getLogs", (query.json(),)).await?;
        Ok(standing(logs))
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
pub(crate) struct LogJson {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    block_timestamp: Option<U64>,
    transaction_hash: B256,
    #[serde(default)]
    removed: bool,
}

/// Without those that a reorganisation took back.
pub(crate) fn standing(logs: Vec<LogJson>) -> Vec<LogEntry> {
    logs.into_iter().filter(|log| !log.removed).map(LogEntry::from).collect()
}

impl From<LogJson> for LogEntry {
    fn from(log: LogJson) -> Self {
        Self {
            address: log.address,
            topics: log.topics,
            data: log.data,
            block: log.block_number.to(),
            timestamp: log.block_timestamp.map(|time| time.to()),
            tx: log.transaction_hash,
        }
    }
}
