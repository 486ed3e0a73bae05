//! One endpoint of a pool: its connection, its limits, and how it has behaved.

use super::{
    address::Address,
    ask::BlockJson,
    policy::PoolPolicy,
    rate::{Bucket, pause},
    wire::{self, Answer, Ask, Kind, Limits, Trouble},
};
use crate::ChainError;
use alloy_json_rpc::ErrorPayload;
use alloy_primitives::{B256, U64};
use reqwest::{Client, redirect};
use serde_json::json;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) const CHAIN_ID: &str = "eth_chainId";
const BLOCK: &str = "eth_getBlockByNumber";

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Node {
    address: Address,
    client: Client,
    limits: Limits,
    recheck: Duration,
    known_block: Option<(u64, B256)>,
    next_id: AtomicU64,
    /// Requests in one body; fewer once it has refused more.
    batch: AtomicUsize,
    bucket: Option<Mutex<Bucket>>,
    answered: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
    identified: Option<Instant>,
    has_known_block: bool,
}

/// What became of many requests: the answers that came, and why not all of them did.
pub(crate) type Outcome = (Vec<(usize, Answer)>, Option<Trouble>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    pub(crate) fn new(address: Address, policy: &PoolPolicy) -> Result<Self, ChainError> {
        // Once a process; a second time says that it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .connect_timeout(policy.connect)
            .redirect(redirect::Policy::none())
            .referer(false)
            .tcp_nodelay(true);
        if !address.is_tls() {
            // Without certificates to look at there is no reason to read the system's.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| ChainError::Url {
            url: address.shown().to_owned(),
            why: e.without_url().to_string(),
        })?;
        let batch = policy.rate.map_or(policy.batch, |rate| policy.batch.min(rate as usize)).max(1);
        Ok(Self {
            address,
            client,
            limits: Limits { answer: policy.answer, whole: policy.whole, bytes: policy.bytes },
            recheck: policy.recheck,
            known_block: policy.known_block,
            next_id: AtomicU64::new(1),
            batch: AtomicUsize::new(batch),
            bucket: policy.rate.map(|rate| Mutex::new(Bucket::new(rate.max(1), Instant::now()))),
            answered: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    /// The same endpoint over connections of its own.
    pub(crate) fn again(&self, policy: &PoolPolicy) -> Result<Self, ChainError> {
        Self::new(self.address.clone(), policy)
    }

    /// How it is named to people.
    pub(crate) fn shown(&self) -> &str {
        self.address.shown()
    }

    /// Whether it has ever answered. One that has not is not waited for: more often than not its URL is wrong.
    pub(crate) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// How long it is to be left alone still.
    pub(crate) fn rests(&self) -> Duration {
        let until = lock(&self.state).rests_until;
        until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default()
    }

    /// Leaves it alone for a while: as long as it asked for, else longer with each failure in a row.
    pub(crate) fn rest(&self, asked: Option<Duration>) {
        let mut state = lock(&self.state);
        state.failures = state.failures.saturating_add(1);
        state.rests_until = Some(Instant::now() + asked.unwrap_or_else(|| pause(state.failures)));
    }

    fn recover(&self) {
        self.answered.store(true, Ordering::Relaxed);
        let mut state = lock(&self.state);
        (state.failures, state.rests_until) = (0, None);
    }

    /// Asks for some of the requests, in order. Before the first it must show the block that the network is known by.
    pub(crate) async fn ask(
        &self,
        asks: &[Ask],
        which: &[usize],
        chain: &(dyn Fn(u64) -> bool + Sync),
    ) -> Outcome {
        match self.has_known_block(chain).await {
            Ok(()) => self.put(asks, which, chain).await,
            Err(trouble) => (Vec::new(), Some(trouble)),
        }
    }

    async fn has_known_block(&self, chain: &(dyn Fn(u64) -> bool + Sync)) -> Result<(), Trouble> {
        let Some((number, expected)) = self.known_block else { return Ok(()) };
        if lock(&self.state).has_known_block {
            return Ok(());
        }
        // Another chain is said by its id, where that is another.
        let asks = [(CHAIN_ID, json!([])), (BLOCK, json!([format!("{number:#x}"), false]))];
        let (found, trouble) = self.put(&asks, &[0, 1], chain).await;
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        let answer = found.into_iter().find_map(|(index, answer)| (index == 1).then_some(answer));
        let block = match answer {
            Some(Ok(raw)) => serde_json::from_str::<Option<BlockJson>>(raw.get())
                .map_err(|_| Trouble::odd(format!("its block {number} is no block")))?,
            Some(Err(error)) => {
                return Err(Trouble { kind: Kind::Denied, why: crate::error::foreign(&error.message) });
            }
            None => return Err(Trouble::odd("an answer is missing")),
        };
        let found = block.map(|block| block.hash());
        if found != Some(expected) {
            let why = format!("its block {number} is not the network's");
            return Err(Trouble { kind: Kind::OtherBlock(found), why });
        }
        lock(&self.state).has_known_block = true;
        Ok(())
    }

    /// Asks in as few bodies as it takes. With a chain that it must be, it is asked for that as well where that is due.
    async fn put(&self, asks: &[Ask], which: &[usize], chain: &(dyn Fn(u64) -> bool + Sync)) -> Outcome {
        let identity: Ask = (CHAIN_ID, json!([]));
        let mut left: Vec<(Option<usize>, &Ask)> = which.iter().map(|i| (Some(*i), &asks[*i])).collect();
        if !left.iter().any(|(_, ask)| ask.0 == CHAIN_ID) && self.must_identify(&left) {
            left.push((None, &identity));
        }
        let mut found = Vec::new();
        while !left.is_empty() {
            let size = self.batch.load(Ordering::Relaxed).min(left.len());
            let (now, later) = left.split_at(size);
            let body: Vec<&Ask> = now.iter().map(|(_, ask)| *ask).collect();
            let answers = match self.exchange(&body).await {
                Ok(answers) => answers,
                Err(trouble) if trouble.kind == Kind::BatchRefused && size > 1 => {
                    self.batch.fetch_min(size / 2, Ordering::Relaxed);
                    continue;
                }
                Err(trouble) => return (found, Some(trouble)),
            };
            let (mut missing, mut busy) = (0, None);
            for ((index, ask), answer) in now.iter().zip(answers) {
                match answer {
                    None => missing += 1,
                    Some(Err(error)) if is_busy(&error) => busy = Some(error),
                    Some(answer) => {
                        if ask.0 == CHAIN_ID
                            && let Err(trouble) = self.identify(&answer, chain)
                        {
                            return (Vec::new(), Some(trouble));
                        }
                        found.extend(index.map(|index| (index, answer)));
                    }
                }
            }
            if let Some(error) = busy {
                let why = crate::error::foreign(&error.message);
                return (found, Some(Trouble { kind: Kind::Busy(None), why }));
            }
            if missing > 0 {
                let why = format!("{missing} of {size} answers are missing");
                return (found, Some(Trouble::odd(why)));
            }
            left = later.to_vec();
        }
        self.recover();
        (found, None)
    }

    async fn exchange(&self, asks: &[&Ask]) -> Result<Vec<Option<Answer>>, Trouble> {
        if let Some(bucket) = &self.bucket {
            let wait = lock(bucket).take(asks.len(), Instant::now());
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
        }
        let first = self.next_id.fetch_add(asks.len() as u64, Ordering::Relaxed);
        let body = wire::encode(asks, first)?;
        let answer = wire::post(&self.client, self.address.url(), body, self.limits).await?;
        wire::decode(&answer, first, asks.len())
    }

    /// Sends are never without it; what decides carries it when it was not asked for lately.
    fn must_identify(&self, asks: &[(Option<usize>, &Ask)]) -> bool {
        let identified = lock(&self.state).identified;
        let Some(at) = identified else { return true };
        let old = at.elapsed() >= self.recheck;
        asks.iter().any(|(_, (method, _))| match *method {
            "eth_sendRawTransaction" | "eth_sendTransaction" => true,
            "eth_getTransactionReceipt"
            | "eth_getBlockReceipts"
            | "eth_getTransactionCount"
            | "eth_getBlockByNumber"
            | "eth_getCode" => old,
            _ => false,
        })
    }

    fn identify(&self, answer: &Answer, chain: &(dyn Fn(u64) -> bool + Sync)) -> Result<(), Trouble> {
        let id = answer.as_ref().ok().and_then(|raw| serde_json::from_str::<U64>(raw.get()).ok());
        let Some(id) = id.map(|id| id.to::<u64>()) else {
            return Err(Trouble::odd("its chain's id is no number"));
        };
        if !chain(id) {
            return Err(Trouble { kind: Kind::OtherChain(id), why: format!("it serves chain {id}") });
        }
        lock(&self.state).identified = Some(Instant::now());
        Ok(())
    }
}

/// Whether an error of a single request says no more than that there are too many.
fn is_busy(error: &ErrorPayload) -> bool {
    let text = error.message.to_ascii_lowercase();
    let said = ["rate limit", "too many requests", "request limit", "compute units", "throughput"];
    matches!(error.code, 429 | -32_029) || said.iter().any(|said| text.contains(said))
}
