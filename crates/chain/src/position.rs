//! Where an account stands, before it sends.

use crate::{At, ChainError, Endpoint, Head, endpoint::BlockJson};
use alloy_primitives::{Address, U64, U256};
use serde_json::json;

/// An account and the head of the chain, read in one round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Transactions that are in blocks.
    pub nonce: u64,
    /// The same and those that wait.
    pub pending: u64,
    /// Wei.
    pub balance: U256,
    /// The newest block.
    pub head: Head,
    /// What the node suggests to offer: a tip, one gwei where it has no suggestion; or the whole price of a unit of gas where
    /// the chain has no base fee.
    pub tip: u128,
}

impl Endpoint {
    /// Where an account stands.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn position(&self, account: Address) -> Result<Position, ChainError> {
        const GWEI: u128 = 1_000_000_000;
        const COUNT: &str = "eth_getTransactionCount";
        let answers = self
            .batch(&[
                (COUNT, json!([account, "latest"])),
                (COUNT, json!([account, "pending"])),
                ("eth_getBalance", json!([account, "latest"])),
                ("eth_getBlockByNumber", json!(["latest", false])),
                ("eth_maxPriorityFeePerGas", json!([])),
            ])
            .await?;
        let [nonce, pending, balance, head, tip] =
            <[_; 5]>::try_from(answers).map_err(|_| self.odd(COUNT, "an answer is missing"))?;
        let failed = |method| move |e| ChainError::of(self.shown(), method, &e);
        let (nonce, pending) = (nonce.map_err(failed(COUNT))?, pending.map_err(failed(COUNT))?);
        let balance = balance.map_err(failed("eth_getBalance"))?;
        let head = head.map_err(failed("eth_getBlockByNumber"))?;
        let head: Head = self.parse::<BlockJson>("eth_getBlockByNumber", &head)?.into();
        let tip = match head.base_fee {
            // Not every node has the method.
            Some(_) => tip.ok().and_then(|raw| self.parse::<U256>("eth_maxPriorityFeePerGas", &raw).ok()),
            None => Some(self.request("eth_gasPrice", ()).await?),
        };
        Ok(Position {
            nonce: self.parse::<U64>(COUNT, &nonce)?.to(),
            pending: self.parse::<U64>(COUNT, &pending)?.to(),
            balance: self.parse("eth_getBalance", &balance)?,
            head,
            tip: tip.map_or(GWEI, |tip| tip.saturating_to()),
        })
    }

    /// The chain's time as the next transaction will see it, at least: that of the pending block where the node makes one,
    /// else of the newest. A chain that makes blocks only for transactions has no newer block to look at.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn time(&self) -> Result<u64, ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let answers =
            self.batch(&[(BLOCK, json!(["latest", false])), (BLOCK, json!(["pending", false]))]).await?;
        let mut times = answers.into_iter().filter_map(|answer| {
            let raw = answer.ok()?;
            self.parse::<TimeJson>(BLOCK, &raw).ok().map(|block| block.timestamp.to::<u64>())
        });
        match (times.next(), times.next()) {
            (Some(a), b) => Ok(a.max(b.unwrap_or_default())),
            _ => self.block(At::Latest).await.map(|head| head.timestamp),
        }
    }
}

#[derive(serde::Deserialize)]
struct TimeJson {
    timestamp: U64,
}
