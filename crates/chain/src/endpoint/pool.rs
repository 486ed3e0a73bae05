//! Several endpoints of one chain: whom to ask, whom to ask next, and when to give up.

use super::{
    node::Node,
    policy::PoolPolicy,
    wire::{Answer, Ask, Kind, Trouble},
};
use crate::ChainError;
use alloy_primitives::{Bytes, keccak256};
use payrox_model::ChainId;
use serde_json::{json, value::to_raw_value};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub(crate) const SEND: &str = "eth_sendRawTransaction";
/// A pause that is longer is spoken of.
const QUIET: Duration = Duration::from_secs(1);
/// Once enough have answered, the others get this long, or twice what those took.
const STRAGGLERS: Duration = Duration::from_millis(500);

/// The endpoints of one chain.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    nodes: Vec<Arc<Node>>,
    policy: PoolPolicy,
    /// The chain that all must be: what the policy says, else what the first one said.
    chain: OnceLock<ChainId>,
}

/// What each endpoint answered; `None` for one that was left aside.
pub(crate) type Poll = Vec<Option<Result<Vec<Answer>, ChainError>>>;

impl Pool {
    pub(crate) fn new(nodes: Vec<Arc<Node>>, policy: PoolPolicy) -> Self {
        let chain = policy.chain.map(OnceLock::from).unwrap_or_default();
        Self(Arc::new(Inner { nodes, policy, chain }))
    }

    pub(crate) fn nodes(&self) -> &[Arc<Node>] {
        &self.0.nodes
    }

    pub(crate) fn policy(&self) -> &PoolPolicy {
        &self.0.policy
    }

    /// How many must agree.
    pub(crate) fn quorum(&self) -> usize {
        let many = self.0.nodes.len();
        self.0.policy.quorum.unwrap_or((many / 2 + 1).max(2)).clamp(1, many)
    }

    pub(crate) fn name(&self, node: usize) -> String {
        self.0.nodes[node].shown().to_owned()
    }

    pub(crate) fn say(&self, text: &str) {
        if let Some(notice) = &self.0.policy.notice {
            notice(text);
        }
    }

    /// Answers to all requests: from whoever gives them, and where several must agree, what they agree on.
    pub(crate) async fn answer(&self, asks: &[Ask]) -> Result<Vec<Answer>, ChainError> {
        let all: Vec<usize> = (0..self.0.nodes.len()).collect();
        match self.quorum() {
            _ if asks.is_empty() => Ok(Vec::new()),
            // Whoever has a transaction may keep it, or forget it.
            _ if all.len() > 1 && asks.iter().any(|(method, _)| *method == SEND) => self.spread(asks).await,
            1 => self.any(&all, asks).await,
            quorum => self.agree(asks, quorum).await,
        }
    }

    /// Answers to all requests, from some of the endpoints: the first that is well, and the next where it is not.
    pub(crate) async fn any(&self, among: &[usize], asks: &[Ask]) -> Result<Vec<Answer>, ChainError> {
        let started = Instant::now();
        let repeatable = asks.iter().all(|(method, _)| is_repeatable(method));
        let mut answers: Vec<Option<Answer>> = asks.iter().map(|_| None).collect();
        let (mut given_up, mut sent_before, mut tries) = (Vec::new(), false, 0);
        let mut last = None;
        loop {
            let left: Vec<usize> = (0..asks.len()).filter(|i| answers[*i].is_none()).collect();
            if left.is_empty() {
                break;
            }
            let candidates = among.iter().copied().filter(|node| !given_up.contains(node));
            // The first in order that is not resting; else who will have rested first.
            let Some((pause, node)) =
                candidates.map(|node| (self.0.nodes[node].rests(), node)).min_by_key(|(pause, _)| *pause)
            else {
                return Err(self.failed(asks, last));
            };
            if started.elapsed() + pause > self.0.policy.patience || tries >= self.0.policy.tries {
                return Err(self.failed(asks, last));
            }
            if !pause.is_zero() {
                if pause > QUIET {
                    let why =
                        last.as_ref().map_or("it failed", |(_, trouble): &(usize, Trouble)| &trouble.why);
                    self.say(&format!("waiting {} s for {}: {why}", pause.as_secs(), self.name(node)));
                }
                tokio::time::sleep(pause).await;
            }
            let expected = |id| *self.0.chain.get_or_init(|| ChainId(id)) == ChainId(id);
            let asked = &self.0.nodes[node];
            let (found, trouble) = asked.ask(asks, &left, &expected).await;
            for (index, answer) in found {
                answers[index] = Some(answer);
            }
            let Some(trouble) = trouble else { continue };
            tries += 1;
            let unheard = matches!(trouble.kind, Kind::NoConnection | Kind::Silent) && !asked.has_answered();
            match trouble.kind {
                Kind::Busy(after) => asked.rest(after),
                _ if trouble.passes() && !unheard => asked.rest(None),
                _ => given_up.push(node),
            }
            let arrived = trouble.may_have_arrived();
            sent_before |= arrived;
            last = Some((node, trouble));
            if arrived && !repeatable {
                return Err(self.failed(asks, last));
            }
        }
        let mut answers: Vec<Answer> = answers.into_iter().flatten().collect();
        if sent_before {
            self.look_for_sent(among, asks, &mut answers).await;
        }
        Ok(answers)
    }

    /// A transaction that was sent twice may be refused the second time because it was taken the first time: its nonce is used,
    /// by itself. Whether the chain knows its hash says so.
    async fn look_for_sent(&self, among: &[usize], asks: &[Ask], answers: &mut [Answer]) {
        for ((method, params), answer) in asks.iter().zip(answers) {
            let raw = params[0].as_str().and_then(|raw| raw.parse::<Bytes>().ok());
            let Some(raw) = raw.filter(|_| *method == SEND && answer.is_err()) else { continue };
            let hash = json!(keccak256(raw));
            let known = [("eth_getTransactionByHash", json!([hash]))];
            let known = Box::pin(self.any(among, &known)).await.ok().and_then(|mut found| found.pop());
            if known.is_some_and(|found| found.is_ok_and(|raw| raw.get() != "null"))
                && let Ok(hash) = to_raw_value(&hash)
            {
                *answer = Ok(hash);
            }
        }
    }

    /// Asks many endpoints the same at once. When enough have answered, the others are waited for a moment more.
    pub(crate) async fn poll(&self, among: &[usize], asks: &[Ask], enough: usize) -> Poll {
        let rested: Vec<usize> =
            among.iter().copied().filter(|node| self.0.nodes[*node].rests().is_zero()).collect();
        let among = if rested.len() >= enough { &rested } else { among };
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for node in among.iter().copied() {
            let (pool, asks) = (self.clone(), asks.to_vec());
            tasks.spawn(async move { (node, pool.any(&[node], &asks).await) });
        }
        let mut poll: Poll = self.0.nodes.iter().map(|_| None).collect();
        let mut end = None;
        loop {
            let next = match end {
                None => tasks.join_next().await,
                Some(end) => match tokio::time::timeout_at(end, tasks.join_next()).await {
                    Ok(next) => next,
                    Err(_) => break,
                },
            };
            let Some(joined) = next else { break };
            if let Ok((node, answers)) = joined {
                poll[node] = Some(answers);
            }
            if end.is_none() && poll.iter().flatten().filter(|answers| answers.is_ok()).count() >= enough {
                end = Some(tokio::time::Instant::now() + STRAGGLERS.max(started.elapsed() * 2));
            }
        }
        for node in among.iter().copied().filter(|node| poll[*node].is_none()) {
            self.0.nodes[node].rest(None);
            self.say(&format!("{} is slower than the others and left aside", self.name(node)));
        }
        poll
    }

    /// Gives transactions to all endpoints. Who has one may know nobody else.
    async fn spread(&self, asks: &[Ask]) -> Result<Vec<Answer>, ChainError> {
        let all: Vec<usize> = (0..self.0.nodes.len()).collect();
        let mut answers: Vec<Option<Answer>> = asks.iter().map(|_| None).collect();
        let mut failure = None;
        for outcome in self.poll(&all, asks, 1).await.into_iter().flatten() {
            match outcome {
                // Another chain would never see them: this is no endpoint to be left out in silence.
                Err(error @ (ChainError::WrongChain { .. } | ChainError::WrongBlock { .. })) => {
                    return Err(error);
                }
                Err(error) => failure = failure.or(Some(error)),
                Ok(given) => {
                    for (slot, answer) in answers.iter_mut().zip(given) {
                        if slot.as_ref().is_none_or(|had| had.is_err() && answer.is_ok()) {
                            *slot = Some(answer);
                        }
                    }
                }
            }
        }
        match answers.into_iter().collect::<Option<Vec<_>>>() {
            Some(answers) => Ok(answers),
            None => Err(failure.unwrap_or_else(|| self.failed(asks, None))),
        }
    }

    /// Why a question has no answer.
    fn failed(&self, asks: &[Ask], last: Option<(usize, Trouble)>) -> ChainError {
        let method = asks.first().map_or("", |(method, _)| *method);
        let Some((node, trouble)) = last else {
            let why = "it rests after failures".to_owned();
            return ChainError::Unreachable { endpoint: self.name(0), method, why };
        };
        let (endpoint, why) = (self.name(node), trouble.why);
        match trouble.kind {
            Kind::NoConnection | Kind::Silent => ChainError::Unreachable { endpoint, method, why },
            Kind::Untrusted => ChainError::Untrusted { endpoint, why },
            Kind::Busy(_) => ChainError::Busy { endpoint, method, why },
            Kind::Denied | Kind::BatchRefused => ChainError::Denied { endpoint, method, why },
            Kind::Odd => ChainError::Answer { endpoint, method, why },
            Kind::Large => ChainError::TooLarge { endpoint, method, why },
            Kind::OtherChain(found) => ChainError::WrongChain {
                endpoint,
                expected: self.0.chain.get().copied().unwrap_or_default(),
                found: ChainId(found),
            },
            Kind::OtherBlock(found) => {
                let (number, expected) = self.0.policy.known_block.unwrap_or_default();
                ChainError::WrongBlock { endpoint, number, expected, found }
            }
        }
    }
}

/// Whether a request may be put twice: it changes nothing, or the second time nothing more. A signed transaction is the same
/// transaction however often it is sent.
fn is_repeatable(method: &str) -> bool {
    let reads =
        ["eth_", "net_", "web3_", "debug_", "trace_", "txpool_"].iter().any(|p| method.starts_with(p));
    let acts =
        method.starts_with("eth_send") || method.starts_with("eth_sign") || method.starts_with("eth_new");
    method == SEND || (reads && !acts)
}
