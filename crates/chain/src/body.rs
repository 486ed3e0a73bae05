//! Blocks with their transactions.

use crate::{At, ChainError, Endpoint};
use alloy_consensus::{Header, TxEnvelope};
use alloy_primitives::{Address, B256, Bytes};
use alloy_rpc_types_eth::Transaction;
use payrox_devnet::ForkPoint;
use payrox_model::ChainId;
use serde::Deserialize;
use serde_json::{Value, json};

const METHOD: &str = "eth_getBlockByNumber";

/// A block.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its header.
    pub header: Header,
    /// Its hash, as the chain says it.
    pub hash: B256,
    /// Its transactions, in order.
    pub transactions: Vec<Mined>,
}

/// A transaction of a block.
#[derive(Clone, Debug)]
pub struct Mined {
    /// Its hash.
    pub hash: B256,
    /// Whoever it calls; `None` for a creation, and for what is not known.
    pub to: Option<Address>,
    /// The transaction and its sender; `None` for a kind that only some second layers have.
    pub sent: Option<(TxEnvelope, Address)>,
}

impl Endpoint {
    /// Blocks by number, in one round trip.
    ///
    /// # Errors
    /// When the endpoint fails, there is no such block, or a block is not of Ethereum's.
    pub async fn bodies(&self, numbers: &[u64]) -> Result<Vec<Body>, ChainError> {
        let requests: Vec<_> =
            numbers.iter().map(|number| (METHOD, json!([At::Block(*number).tag(), true]))).collect();
        let mut bodies = Vec::with_capacity(numbers.len());
        for (number, answer) in numbers.iter().zip(self.batch(&requests).await?) {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), METHOD, &e))?;
            let block: Value = self.parse(METHOD, &raw)?;
            if block.is_null() {
                return Err(self.odd(METHOD, &format!("there is no block {number}")));
            }
            let body = body(&block)
                .map_err(|e| self.odd(METHOD, &format!("block {number} is not one of Ethereum's: {e}")))?;
            if body.header.number != *number {
                return Err(self.odd(METHOD, &format!("it is block {}", body.header.number)));
            }
            bodies.push(body);
        }
        Ok(bodies)
    }
}

impl Body {
    /// The block as what a fork begins from.
    pub fn point(&self, chain_id: ChainId) -> ForkPoint {
        ForkPoint { chain_id, header: self.header.clone(), hash: self.hash }
    }
}

fn body(block: &Value) -> Result<Body, serde_json::Error> {
    let header = Header::deserialize(block)?;
    let hash = B256::deserialize(&block["hash"])?;
    let all = Vec::<Value>::deserialize(&block["transactions"])?;
    let transactions = all.iter().map(mined).collect::<Result<_, _>>()?;
    Ok(Body { header, hash, transactions })
}

fn mined(transaction: &Value) -> Result<Mined, serde_json::Error> {
    let hash = B256::deserialize(&transaction["hash"])?;
    let to = Option::<Address>::deserialize(&transaction["to"])?;
    let sent = Transaction::<TxEnvelope>::deserialize(transaction).ok();
    let sent = sent.map(|sent| sent.inner.into_parts());
    Ok(Mined { hash, to, sent })
}

/// A transaction's calldata, or init code.
pub fn input_of(tx: &TxEnvelope) -> &Bytes {
    alloy_consensus::Transaction::input(tx)
}
