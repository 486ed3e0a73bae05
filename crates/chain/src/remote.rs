//! What a fork reads of a chain: asked for by threads that wait, answered by one that does nothing else.

use crate::{At, ChainError, Endpoint, Read};
use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, U256};
use payrox_devnet::{Fetched, ForkPoint, Upstream, Wanted};
use payrox_model::ChainId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::mpsc, thread};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Wanted things, and where to put the answer.
struct Question {
    wanted: Vec<Wanted>,
    answer: mpsc::Sender<Result<Vec<Fetched>, String>>,
}

/// An endpoint at one block, as the source of a fork.
///
/// It has a thread and connections of its own, so that whoever waits for an answer may sit on a thread of the caller's runtime, or
/// on all of them. Reads name the block by its hash: a reorganisation is an error, not another state.
#[derive(Debug)]
pub struct Remote {
    name: String,
    questions: UnboundedSender<Question>,
}

impl Remote {
    /// The endpoint at this block.
    ///
    /// # Errors
    /// When the system gives no thread or connection.
    pub fn at(endpoint: &Endpoint, block: B256) -> Result<Self, ChainError> {
        let name = endpoint.shown().to_owned();
        let failed = |why: String| ChainError::Answer { endpoint: name.clone(), method: "a fork", why };
        let apart = endpoint.again()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| failed(e.to_string()))?;
        let (questions, asked) = unbounded_channel();
        thread::Builder::new()
            .name("fork".into())
            .spawn(move || runtime.block_on(answer_all(&apart, block, asked)))
            .map_err(|e| failed(e.to_string()))?;
        Ok(Self { name, questions })
    }
}

impl Upstream for Remote {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn fetch(&self, wanted: &[Wanted]) -> Result<Vec<Fetched>, String> {
        let (answer, answered) = mpsc::channel();
        let gone = "the thread that asks it has ended";
        self.questions.send(Question { wanted: wanted.to_vec(), answer }).map_err(|_| gone)?;
        answered.recv().map_err(|_| gone)?
    }
}

async fn answer_all(endpoint: &Endpoint, block: B256, mut asked: UnboundedReceiver<Question>) {
    while let Some(question) = asked.recv().await {
        let answer = fetch(endpoint, block, &question.wanted).await.map_err(|e| e.to_string());
        // Who gave up meanwhile does not want it.
        let _ = question.answer.send(answer);
    }
}

async fn fetch(endpoint: &Endpoint, block: B256, wanted: &[Wanted]) -> Result<Vec<Fetched>, ChainError> {
    let mut reads = Vec::new();
    for wanted in wanted {
        match *wanted {
            Wanted::Account(a) => reads.extend([Read::Balance(a), Read::Nonce(a), Read::Code(a)]),
            Wanted::Slot(address, slot) => reads.push(Read::Storage(address, slot)),
            Wanted::BlockHash(_) => {}
        }
    }
    let mut answers = match reads.as_slice() {
        [] => Vec::new(),
        reads => endpoint.read(At::Hash(block), reads).await?,
    }
    .into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Err(endpoint.odd("a batch", "an answer is missing")));
    let word = |bytes: Bytes| U256::from_be_slice(&bytes);
    let mut fetched = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        fetched.push(match wanted {
            Wanted::Account(_) => {
                let (balance, nonce) = (word(next()?), word(next()?));
                let nonce = nonce.try_into().map_err(|_| {
                    endpoint.odd("eth_getTransactionCount", "it is more than any account sends")
                })?;
                Fetched::Account { balance, nonce, code: next()? }
            }
            Wanted::Slot(..) => Fetched::Slot(word(next()?)),
            Wanted::BlockHash(number) => Fetched::BlockHash(endpoint.block(At::Block(*number)).await?.hash),
        });
    }
    Ok(fetched)
}

/// A block of this number, the newest if none is given, as what a fork of this chain begins from.
///
/// # Errors
/// As [`Endpoint::request`], and when there is no such block, or its header is not one of Ethereum's.
pub async fn fork_point(
    endpoint: &Endpoint,
    chain_id: ChainId,
    number: Option<u64>,
) -> Result<ForkPoint, ChainError> {
    const METHOD: &str = "eth_getBlockByNumber";
    let tag = number.map_or(json!("latest"), |number| At::Block(number).tag());
    let block: Option<Value> = endpoint.request(METHOD, (tag, false)).await?;
    let block = block.ok_or_else(|| endpoint.odd(METHOD, "there is no such block"))?;
    let odd =
        |e: serde_json::Error| endpoint.odd(METHOD, &format!("its header is not one of Ethereum's: {e}"));
    let hash: B256 = B256::deserialize(&block["hash"]).map_err(odd)?;
    let header = Header::deserialize(&block).map_err(odd)?;
    if number.is_some_and(|number| number != header.number) {
        return Err(endpoint.odd(METHOD, &format!("it is block {}", header.number)));
    }
    Ok(ForkPoint { chain_id, header, hash })
}
