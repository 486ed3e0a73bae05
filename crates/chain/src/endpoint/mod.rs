//! A chain one can talk to: one endpoint or a pool of them, or the embedded chain.

mod address;
mod ask;
mod check;
mod identity;
mod interrupt;
mod meaning;
mod node;
mod policy;
mod pool;
mod quorum;
mod rate;
mod vote;
mod wire;

pub use ask::{At, CallRequest, Head};
pub use interrupt::Interrupt;
pub use policy::{Notice, PoolPolicy};

pub(crate) use ask::BlockJson;

use crate::{ChainError, error::foreign};
use address::Address;
use alloy_json_rpc::{RpcRecv, RpcSend};
use alloy_rpc_client::RpcClient;
use alloy_transport::{RpcError, TransportError};
use node::Node;
use payrox_model::ChainId;
use pool::Pool;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    sync::{Arc, Mutex, OnceLock, atomic::AtomicBool},
    time::{Duration, Instant},
};

/// Requests to the embedded chain at once.
const BATCH: usize = 500;

/// A chain one can talk to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    way: Way,
    shown: String,
    /// Many reads go in one call, as long as the endpoint is seen to do that.
    pub(crate) gathers: Arc<AtomicBool>,
    /// What it said its chain is.
    chain: Arc<OnceLock<ChainId>>,
    /// The tip it suggested last, and when.
    pub(crate) tip: Arc<Mutex<Option<(Instant, u128)>>>,
    interrupt: Interrupt,
}

#[derive(Clone, Debug)]
enum Way {
    Here(RpcClient),
    There(Pool),
}

impl Endpoint {
    /// A node behind HTTP, asked as [`PoolPolicy`] does by default.
    ///
    /// # Errors
    /// When the text is no http URL.
    pub fn http(url: &str) -> Result<Self, ChainError> {
        Self::pool(&[url], PoolPolicy::default())
    }

    /// The same, with another limit to how long an answer is waited for.
    ///
    /// # Errors
    /// As [`Endpoint::http`].
    pub fn http_within(url: &str, answer: Duration) -> Result<Self, ChainError> {
        Self::pool(&[url], PoolPolicy { answer, ..PoolPolicy::default() })
    }

    /// Nodes of one chain behind HTTP. What decides is asked of all, and enough must agree; the rest is asked of the first that
    /// is well. A signed transaction is given to all.
    ///
    /// # Errors
    /// When there is none, one is no http URL, or the quorum is more than they are.
    pub fn pool<U: AsRef<str>>(urls: &[U], policy: PoolPolicy) -> Result<Self, ChainError> {
        let mut nodes = Vec::with_capacity(urls.len());
        for url in urls {
            nodes.push(Arc::new(Node::new(Address::parse(url.as_ref())?, &policy)?));
        }
        let many = nodes.len();
        if many == 0 || policy.quorum.is_some_and(|quorum| quorum == 0 || quorum > many) {
            return Err(ChainError::Quorum { quorum: policy.quorum.unwrap_or(1), many });
        }
        Ok(Self::of(nodes, policy))
    }

    fn of(nodes: Vec<Arc<Node>>, policy: PoolPolicy) -> Self {
        let shown = nodes.iter().map(|node| node.shown()).collect::<Vec<_>>().join(", ");
        let interrupt = policy.interrupt.clone();
        let way = Way::There(Pool::new(nodes, policy));
        Self {
            way,
            shown,
            gathers: Arc::new(true.into()),
            chain: Arc::default(),
            tip: Arc::default(),
            interrupt,
        }
    }

    /// The embedded chain.
    pub fn in_process(client: RpcClient) -> Self {
        Self {
            way: Way::Here(client),
            shown: "the embedded chain".into(),
            // There is nothing to save where no bytes are sent.
            gathers: Arc::default(),
            chain: Arc::default(),
            tip: Arc::default(),
            interrupt: Interrupt::default(),
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
        matches!(self.way, Way::Here(_))
    }

    /// Each endpoint of the pool by itself: to compare what they say.
    pub fn each(&self) -> Vec<Self> {
        match &self.way {
            Way::Here(_) => vec![self.clone()],
            Way::There(pool) => {
                let policy = || PoolPolicy { quorum: None, ..pool.policy().clone() };
                pool.nodes().iter().map(|node| Self::of(vec![node.clone()], policy())).collect()
            }
        }
    }

    /// The same endpoints over connections of its own, for another runtime: a connection is driven by the one that it was made in.
    ///
    /// # Errors
    /// When the system has no more connections to give.
    pub(crate) fn again(&self) -> Result<Self, ChainError> {
        match &self.way {
            Way::Here(_) => Ok(self.clone()),
            Way::There(pool) => {
                let policy = pool.policy().clone();
                let nodes = pool.nodes().iter().map(|node| Ok(Arc::new(node.again(&policy)?)));
                let nodes = nodes.collect::<Result<_, ChainError>>()?;
                Ok(Self { gathers: self.gathers.clone(), ..Self::of(nodes, policy) })
            }
        }
    }

    /// How many endpoints must agree on what decides.
    pub fn quorum(&self) -> usize {
        match &self.way {
            Way::Here(_) => 1,
            Way::There(pool) => pool.quorum(),
        }
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
        let pool = match &self.way {
            Way::Here(client) => {
                let asked = client.request(method, params).await;
                return asked.map_err(|e| ChainError::of(&self.shown, method, &e));
            }
            Way::There(pool) => pool,
        };
        let params = serde_json::to_value(params).map_err(|e| self.odd(method, &e.to_string()))?;
        let params = if params.is_null() { json!([]) } else { params };
        let mut answers = self.until_interrupted(pool.answer(&[(method, params)])).await?;
        let answer = answers.pop().ok_or_else(|| self.odd(method, "no answer"))?;
        let raw = answer.map_err(|e| ChainError::of(&self.shown, method, &TransportError::ErrorResp(e)))?;
        self.parse(method, &raw)
    }

    /// Many requests in one round trip; each has its own answer.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub(crate) async fn batch(
        &self,
        requests: &[(&'static str, Value)],
    ) -> Result<Vec<Result<Box<RawValue>, TransportError>>, ChainError> {
        match &self.way {
            Way::Here(client) => self.batch_here(client, requests).await,
            Way::There(pool) => {
                let answers = self.until_interrupted(pool.answer(requests)).await?;
                Ok(answers.into_iter().map(|answer| answer.map_err(RpcError::ErrorResp)).collect())
            }
        }
    }

    async fn batch_here(
        &self,
        client: &RpcClient,
        requests: &[(&'static str, Value)],
    ) -> Result<Vec<Result<Box<RawValue>, TransportError>>, ChainError> {
        let mut answers = Vec::with_capacity(requests.len());
        for chunk in requests.chunks(BATCH) {
            let method = chunk[0].0;
            let failed = |e: TransportError| ChainError::of(&self.shown, method, &e);
            let mut batch = client.new_batch();
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

    async fn until_interrupted<T>(
        &self,
        asked: impl Future<Output = Result<T, ChainError>>,
    ) -> Result<T, ChainError> {
        tokio::select! {
            answer = asked => answer,
            () = self.interrupt.passed() => Err(ChainError::Interrupted { endpoint: self.shown.clone() }),
        }
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
}
