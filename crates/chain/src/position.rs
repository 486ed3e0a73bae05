//! Where an account stands, before it sends.

use crate::{At, CallRequest, ChainError, Endpoint, Head, endpoint::BlockJson};
use alloy_json_rpc::RpcError;
use alloy_primitives::{Address, B256, U64, U256};
use alloy_transport::TransportError;
use payrox_model::Gas;
use serde_json::{json, value::RawValue};
use std::time::{Duration, Instant};

const TIP: &str = "eth_maxPriorityFeePerGas";
/// How long a suggested tip is good for: a slot of Ethereum.
const SUGGESTED: Duration = Duration::from_secs(12);

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

/// A block that a chain itself names for being hard, or impossible, to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Justified: undone only by an attack.
    Safe,
    /// Never undone.
    Finalized,
}

impl Tag {
    /// As it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        }
    }
}

/// How far a chain is, and whether a block is still part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// The newest block.
    pub newest: u64,
    /// The block of the tag that was asked for; `None` where the chain has no such.
    pub tagged: Option<u64>,
    /// The hash of the block that was asked for; `None` where there is no such block any more.
    pub hash: Option<B256>,
}

impl Endpoint {
    /// How far the chain is, and whether this block is still part of it, in one round trip.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn depth(&self, block: u64, tag: Option<Tag>) -> Result<Depth, ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let ask = |tag: serde_json::Value| (BLOCK, json!([tag, false]));
        let mut requests = vec![ask(json!("latest")), ask(At::Block(block).tag())];
        requests.extend(tag.map(|tag| ask(json!(tag.name()))));
        let mut answers = self.batch(&requests).await?.into_iter();
        let mut next = || answers.next().unwrap_or_else(|| Err(RpcError::NullResp));
        let failed = |e| ChainError::of(self.shown(), BLOCK, &e);
        let newest: Head = self.parse::<BlockJson>(BLOCK, &next().map_err(failed)?)?.into();
        let hash = self.parse::<Option<BlockJson>>(BLOCK, &next().map_err(failed)?)?;
        // A chain that does not know the word says so by an error, or by nothing.
        let tagged = tag.and_then(|_| self.parse::<Option<BlockJson>>(BLOCK, &next().ok()?).ok()?);
        Ok(Depth {
            newest: newest.number,
            tagged: tagged.map(|block| Head::from(block).number),
            hash: hash.map(|block| Head::from(block).hash),
        })
    }

    /// Where an account stands.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn position(&self, account: Address) -> Result<Position, ChainError> {
        const GWEI: u128 = 1_000_000_000;
        const COUNT: &str = "eth_getTransactionCount";
        let suggested = self.suggested_tip();
        let mut requests = vec![
            (COUNT, json!([account, "latest"])),
            (COUNT, json!([account, "pending"])),
            ("eth_getBalance", json!([account, "latest"])),
            ("eth_getBlockByNumber", json!(["latest", false])),
        ];
        if suggested.is_none() {
            requests.push((TIP, json!([])));
        }
        let mut answers = self.batch(&requests).await?.into_iter();
        let mut next = || answers.next().unwrap_or_else(|| Err(RpcError::NullResp));
        let (nonce, pending, balance, head) = (next(), next(), next(), next());
        let failed = |method| move |e| ChainError::of(self.shown(), method, &e);
        let (nonce, pending) = (nonce.map_err(failed(COUNT))?, pending.map_err(failed(COUNT))?);
        let balance = balance.map_err(failed("eth_getBalance"))?;
        let head = head.map_err(failed("eth_getBlockByNumber"))?;
        let head: Head = self.parse::<BlockJson>("eth_getBlockByNumber", &head)?.into();
        let tip = match head.base_fee {
            Some(_) => suggested.or_else(|| {
                // Not every node has the method.
                let tip = self.parse::<U256>(TIP, &next().ok()?).ok()?.saturating_to();
                self.remember_tip(tip);
                Some(tip)
            }),
            None => Some(self.request::<_, U256>("eth_gasPrice", ()).await?.saturating_to()),
        };
        Ok(Position {
            nonce: self.parse::<U64>(COUNT, &nonce)?.to(),
            pending: self.parse::<U64>(COUNT, &pending)?.to(),
            balance: self.parse("eth_getBalance", &balance)?,
            head,
            tip: tip.unwrap_or(GWEI),
        })
    }

    /// What the node suggested as a tip within the last slot.
    fn suggested_tip(&self) -> Option<u128> {
        let said = self.tip.lock().ok()?;
        said.filter(|(at, _)| at.elapsed() < SUGGESTED).map(|(_, tip)| tip)
    }

    fn remember_tip(&self, tip: u128) {
        if let Ok(mut said) = self.tip.lock() {
            *said = Some((Instant::now(), tip));
        }
    }

    /// What a transaction would use.
    ///
    /// # Errors
    /// As [`Endpoint::request`], and [`ChainError::Reverted`].
    pub async fn estimate(&self, call: &CallRequest) -> Result<Gas, ChainError> {
        let mut answers = self.estimates(std::slice::from_ref(call)).await?;
        answers.pop().unwrap_or_else(|| Err(self.odd("eth_estimateGas", "no answer")))
    }

    /// What each of many transactions would use, in one round trip.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub async fn estimates(&self, calls: &[CallRequest]) -> Result<Vec<Result<Gas, ChainError>>, ChainError> {
        const METHOD: &str = "eth_estimateGas";
        let requests: Vec<_> = calls.iter().map(|call| (METHOD, json!([call.json()]))).collect();
        let answers = self.batch(&requests).await?;
        let judge = |(call, answer): (&CallRequest, Result<Box<RawValue>, TransportError>)| {
            let raw = answer.map_err(|e| match &e {
                RpcError::ErrorResp(payload) => self.reverted(METHOD, call.to, payload),
                _ => ChainError::of(self.shown(), METHOD, &e),
            })?;
            Ok(Gas(self.parse::<U64>(METHOD, &raw)?.to()))
        };
        Ok(calls.iter().zip(answers).map(judge).collect())
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
