//! One endpoint, and what is asked of it: in batches, pinned to a block.

use crate::{ChainError, Read, error::foreign};
use alloy_json_rpc::{RpcRecv, RpcSend};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_rpc_client::RpcClient;
use alloy_transport::TransportError;
use payrox_model::{ChainId, CodeHash};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    sync::{Arc, OnceLock, atomic::AtomicBool},
    time::Duration,
};
use url::Url;

/// Requests in one HTTP body, at most: public endpoints refuse more.
const BATCH: usize = 500;

/// How long a connection and an answer are waited for: a node that is silent must not hold a run for ever.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// A chain one can talk to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    client: RpcClient,
    shown: String,
    in_process: bool,
    /// Many reads go in one call, as long as the endpoint is seen to do that.
    pub(crate) gathers: Arc<AtomicBool>,
    /// What it said its chain is.
    chain: Arc<OnceLock<ChainId>>,
}

/// The block a read is pinned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Whatever is newest.
    Latest,
    /// The newest and what waits to get into the next.
    Pending,
    /// This one.
    Block(u64),
}

impl At {
    pub(crate) fn tag(self) -> Value {
        match self {
            Self::Latest => json!("latest"),
            Self::Pending => json!("pending"),
            Self::Block(number) => json!(format!("{number:#x}")),
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
    /// A node behind HTTP.
    ///
    /// # Errors
    /// When the text is no http URL, or needs TLS.
    pub fn http(url: &str) -> Result<Self, ChainError> {
        Self::http_within(url, ANSWER)
    }

    /// The same, with another limit to how long an answer is waited for.
    ///
    /// # Errors
    /// As [`Endpoint::http`].
    pub fn http_within(url: &str, answer: Duration) -> Result<Self, ChainError> {
        let refuse = |why: String| ChainError::Url { url: foreign(&hide(url)), why: foreign(&why) };
        let parsed = Url::parse(url).map_err(|e| refuse(e.to_string()))?;
        let host = parsed.host_str().ok_or_else(|| refuse("it names no host".into()))?;
        // Path, query and user may hold an access key: they are never shown.
        let port = parsed.port().map(|p| format!(":{p}")).unwrap_or_default();
        let shown = format!("{}://{host}{port}", parsed.scheme());
        match parsed.scheme() {
            "http" => {
                // Once a process; a second time says that it is there.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let client = reqwest::Client::builder().connect_timeout(CONNECT).timeout(answer).build();
                let client = client.map_err(|e| refuse(e.without_url().to_string()))?;
                Ok(Self {
                    client: RpcClient::new_http_with_client(client, parsed),
                    shown,
                    in_process: false,
                    gathers: Arc::new(true.into()),
                    chain: Arc::default(),
                })
            }
            "https" => Err(ChainError::NoTls { endpoint: shown }),
            other => Err(refuse(format!("its scheme is `{other}`"))),
        }
    }

    /// The embedded chain.
    pub fn in_process(client: RpcClient) -> Self {
        // There is nothing to save where no bytes are sent.
        Self {
            client,
            shown: "the embedded chain".into(),
            in_process: true,
            gathers: Arc::default(),
            chain: Arc::default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn gathering(self) -> Self {
        Self { gathers: Arc::new(true.into()), ..self }
    }

    /// How it is named to people, without anything secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it lives in this process.
    pub fn is_in_process(&self) -> bool {
        self.in_process
    }

    /// Any method.
    ///
    /// # Errors
    /// When the endpoint fails, refuses, or answers something else.
    pub async fn request<P: RpcSend, R: RpcRecv>(
        &self,
        method: &'static str,
        params: P,
    ) -> Result<R, ChainError> {
        self.client.request(method, params).await.map_err(|e| ChainError::of(&self.shown, method, &e))
    }

    /// Many requests in one round trip; each has its own answer.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub(crate) async fn batch(
        &self,
        requests: &[(&'static str, Value)],
    ) -> Result<Vec<Result<Box<RawValue>, TransportError>>, ChainError> {
        let mut answers = Vec::with_capacity(requests.len());
        for chunk in requests.chunks(BATCH) {
            let method = chunk[0].0;
            let failed = |e: TransportError| ChainError::of(&self.shown, method, &e);
            let mut batch = self.client.new_batch();
            let mut waiters = Vec::with_capacity(chunk.len());
            for (method, params) in chunk {
                waiters.push(batch.add_call::<_, Box<RawValue>>(*method, params).map_err(failed)?);
            }
            batch.send().await.map_err(failed)?;
            for waiter in waiters {
                answers.push(waiter.await);
            }
        }
        Ok(answers)
    }

    pub(crate) fn parse<'a, T: Deserialize<'a>>(
        &self,
        method: &'static str,
        raw: &'a RawValue,
    ) -> Result<T, ChainError> {
        serde_json::from_str(raw.get()).map_err(|e| self.odd(method, &e.to_string()))
    }

    pub(crate) fn odd(&self, method: &'static str, why: &str) -> ChainError {
        ChainError::Answer { endpoint: self.shown.clone(), method, why: foreign(why) }
    }

    async fn one(&self, at: At, read: Read) -> Result<Bytes, ChainError> {
        let method = read.method();
        let mut answers = self.read(at, &[read]).await?;
        answers.pop().unwrap_or_else(|| Err(self.odd(method, "no answer")))
    }

    /// The chain's id.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn chain_id(&self) -> Result<ChainId, ChainError> {
        let id: U64 = self.request("eth_chainId", ()).await?;
        Ok(ChainId(id.to()))
    }

    /// That the chain is the expected one.
    ///
    /// # Errors
    /// When it is another, or the endpoint fails.
    pub async fn expect_chain(&self, expected: ChainId) -> Result<(), ChainError> {
        let found = self.chain_id().await?;
        if found == expected {
            return Ok(());
        }
        Err(ChainError::WrongChain { endpoint: self.shown.clone(), expected, found })
    }

    /// That the chain has this block.
    ///
    /// # Errors
    /// When it has another at this height or none, or the endpoint fails.
    pub async fn expect_block(&self, number: u64, expected: B256) -> Result<(), ChainError> {
        let block: Option<BlockJson> =
            self.request("eth_getBlockByNumber", (At::Block(number).tag(), false)).await?;
        match block.map(|block| block.hash) {
            Some(found) if found == expected => Ok(()),
            found => Err(ChainError::WrongBlock { endpoint: self.shown.clone(), number, expected, found }),
        }
    }

    /// The chain's id and its newest block, in one round trip. The id is asked for once: what is signed names its chain anyway.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn newest(&self) -> Result<(ChainId, Head), ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let mut requests = vec![(BLOCK, json!(["latest", false]))];
        if self.chain.get().is_none() {
            requests.push(("eth_chainId", json!([])));
        }
        let mut answers = self.batch(&requests).await?.into_iter();
        let mut next = |method| {
            let answer = answers.next().ok_or_else(|| self.odd(method, "an answer is missing"))?;
            answer.map_err(|e| ChainError::of(&self.shown, method, &e))
        };
        let head = self.parse::<BlockJson>(BLOCK, &next(BLOCK)?)?.into();
        let id = match self.chain.get() {
            Some(id) => *id,
            None => ChainId(self.parse::<U64>("eth_chainId", &next("eth_chainId")?)?.to()),
        };
        Ok((*self.chain.get_or_init(|| id), head))
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

/// The URL without user, path and query.
fn hide(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            format!("{scheme}://{}", host.rsplit('@').next().unwrap_or_default())
        }
        None => url.split(['/', '?', '#']).next().unwrap_or_default().to_owned(),
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
