//! What can be asked of a chain, and in which block.

use crate::{ChainError, Endpoint, Read};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use payrox_model::CodeHash;
use serde::Deserialize;
use serde_json::{Value, json};

/// The block a read is pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Whatever is newest.
    Latest,
    /// The newest and what waits to get into the next.
    Pending,
    /// This one.
    Block(u64),
    /// The one with this hash, as long as it belongs to the chain (EIP-1898).
    Hash(B256),
}

impl At {
    pub(crate) fn tag(self) -> Value {
        match self {
            Self::Latest => json!("latest"),
            Self::Pending => json!("pending"),
            Self::Block(number) => json!(format!("{number:#x}")),
            Self::Hash(hash) => json!({ "blockHash": hash, "requireCanonical": true }),
        }
    }
}

/// The head of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Wei a unit of gas; `None` on chains without EIP-1559.
    pub base_fee: Option<u128>,
    /// Units of gas in a block, at most.
    pub gas_limit: u64,
}

/// A call that leaves no trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRequest {
    /// Who makes it; the zero address when it does not matter.
    pub from: Option<Address>,
    /// Callee.
    pub to: Address,
    /// Ether sent.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

impl CallRequest {
    /// A call of nobody in particular, without ether.
    pub fn view(to: Address, data: impl Into<Bytes>) -> Self {
        Self { to, data: data.into(), ..Self::default() }
    }

    pub(crate) fn json(&self) -> Value {
        let mut call = json!({ "to": self.to, "data": self.data });
        if let Some(from) = self.from {
            call["from"] = json!(from);
        }
        if !self.value.is_zero() {
            call["value"] = json!(self.value);
        }
        call
    }
}

impl Endpoint {
    async fn one(&self, at: At, read: Read) -> Result<Bytes, ChainError> {
        let method = read.method();
        let mut answers = self.read(at, &[read]).await?;
        answers.pop().unwrap_or_else(|| Err(self.odd(method, "no answer")))
    }

    /// A block's head.
    ///
    /// # Errors
    /// As [`Endpoint::request`], and when there is no such block.
    pub async fn block(&self, at: At) -> Result<Head, ChainError> {
        let block: Option<BlockJson> = self.request("eth_getBlockByNumber", (at.tag(), false)).await?;
        block.map(Head::from).ok_or_else(|| self.odd("eth_getBlockByNumber", "there is no such block"))
    }

    /// Runtime code; empty where there is none.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn code(&self, address: Address, at: At) -> Result<Bytes, ChainError> {
        self.one(at, Read::Code(address)).await
    }

    /// EXTCODEHASH; `None` where there is no code.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn code_hash(&self, address: Address, at: At) -> Result<Option<CodeHash>, ChainError> {
        let code = self.code(address, at).await?;
        Ok((!code.is_empty()).then(|| CodeHash::of(&code)))
    }

    /// A storage slot.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn storage(&self, address: Address, slot: U256, at: At) -> Result<B256, ChainError> {
        Ok(B256::from_slice(&self.one(at, Read::Storage(address, slot)).await?))
    }

    /// A balance in wei.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn balance(&self, address: Address, at: At) -> Result<U256, ChainError> {
        Ok(U256::from_be_slice(&self.one(at, Read::Balance(address)).await?))
    }

    /// How many transactions an account has sent.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn nonce(&self, address: Address, at: At) -> Result<u64, ChainError> {
        Ok(U256::from_be_slice(&self.one(at, Read::Nonce(address)).await?).saturating_to())
    }

    /// A call's output.
    ///
    /// # Errors
    /// As [`Endpoint::request`], and [`ChainError::Reverted`].
    pub async fn call(&self, call: CallRequest, at: At) -> Result<Bytes, ChainError> {
        self.one(at, Read::Call(call)).await
    }

    /// Many calls' outputs, of one block, in one round trip.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub async fn call_batch(
        &self,
        calls: Vec<CallRequest>,
        at: At,
    ) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        let reads: Vec<_> = calls.into_iter().map(Read::Call).collect();
        self.read(at, &reads).await
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockJson {
    number: U64,
    hash: B256,
    timestamp: U64,
    base_fee_per_gas: Option<U256>,
    gas_limit: U64,
}

impl BlockJson {
    pub(crate) fn number(&self) -> u64 {
        self.number.to()
    }

    pub(crate) fn hash(&self) -> B256 {
        self.hash
    }
}

impl From<BlockJson> for Head {
    fn from(block: BlockJson) -> Self {
        Self {
            number: block.number.to(),
            hash: block.hash,
            timestamp: block.timestamp.to(),
            base_fee: block.base_fee_per_gas.map(|fee| fee.saturating_to()),
            gas_limit: block.gas_limit.to(),
        }
    }
}
