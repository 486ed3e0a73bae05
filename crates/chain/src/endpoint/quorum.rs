//! What several endpoints say about one chain, and what they agree on.
//!
//! Whatever is asked "at the newest block" is first given a number: that of the newest block which enough endpoints have. Then all
//! that have it are asked about that block, so that an endpoint which lags is not one that disagrees.

use super::{
    meaning::as_compared,
    pool::{Poll, Pool},
    vote::{Kind, Verdict, judge, kind},
    wire::{Answer, Ask},
};
use crate::{ChainError, endpoint::BlockJson};
use alloy_json_rpc::ErrorPayload;
use serde_json::{Value, json};
use std::time::Duration;

const BLOCK: &str = "eth_getBlockByNumber";

/// A block on its way through the network makes endpoints disagree for a moment.
const ROUNDS: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(500);

impl Pool {
    pub(crate) async fn agree(&self, asks: &[Ask], quorum: usize) -> Result<Vec<Answer>, ChainError> {
        let all: Vec<usize> = (0..self.nodes().len()).collect();
        if asks.iter().all(|ask| kind(ask) == Kind::Own) {
            return self.any(&all, asks).await;
        }
        let mut round = 1;
        loop {
            match self.once(&all, asks, quorum).await {
                Err(ChainError::Disagree { .. }) if round < ROUNDS => {
                    round += 1;
                    tokio::time::sleep(BETWEEN).await;
                }
                decided => return decided,
            }
        }
    }

    async fn once(&self, all: &[usize], asks: &[Ask], quorum: usize) -> Result<Vec<Answer>, ChainError> {
        let mut asks = asks.to_vec();
        let mut among = all.to_vec();
        if asks.iter().any(|ask| newest(ask).is_some()) {
            let (pin, has_it) = self.pin(all, quorum).await?;
            among = has_it;
            for ask in &mut asks {
                if let Some(place) = newest(ask) {
                    *place_of(&mut ask.1, place) = json!(format!("{pin:#x}"));
                }
            }
            // That they mean the same block by its number.
            asks.push((BLOCK, json!([format!("{pin:#x}"), false])));
            let mut answers = self.decide(&among, &asks, quorum).await?;
            answers.pop();
            return Ok(answers);
        }
        self.decide(&among, &asks, quorum).await
    }

    async fn decide(&self, among: &[usize], asks: &[Ask], quorum: usize) -> Result<Vec<Answer>, ChainError> {
        let poll = self.poll(among, asks, quorum).await;
        self.enough(&poll, asks, quorum)?;
        let mut answers = Vec::with_capacity(asks.len());
        for (index, ask) in asks.iter().enumerate() {
            if ask.0 == "eth_getBlockReceipts" {
                // Endpoints differ in what they tell of it: receipts are asked for one by one.
                answers.push(Err(ErrorPayload::method_not_found()));
                continue;
            }
            let votes: Vec<(usize, &Answer)> = poll
                .iter()
                .enumerate()
                .filter_map(|(node, given)| Some((node, given.as_ref()?.as_ref().ok()?.get(index)?)))
                .collect();
            match judge(ask, &votes, quorum) {
                Verdict::Agreed { answer, dissent } => {
                    for node in dissent {
                        self.say(&format!("{} answers {} unlike the others", self.name(node), ask.0));
                    }
                    answers.push(as_compared(ask, answer));
                }
                Verdict::TooFew { have } => {
                    return Err(ChainError::NoQuorum {
                        method: ask.0,
                        have,
                        quorum,
                        silent: self.silent(&poll),
                    });
                }
                Verdict::Disagree(said) => {
                    let said = said.into_iter().map(|(node, what)| (self.name(node), what)).collect();
                    return Err(ChainError::Disagree { method: ask.0, said });
                }
            }
        }
        Ok(answers)
    }

    /// The newest block that enough endpoints have, and who has it.
    async fn pin(&self, all: &[usize], quorum: usize) -> Result<(u64, Vec<usize>), ChainError> {
        let asks = [(BLOCK, json!(["latest", false]))];
        let poll = self.poll(all, &asks, quorum).await;
        self.enough(&poll, &asks, quorum)?;
        let mut heads: Vec<(u64, usize)> = poll
            .iter()
            .enumerate()
            .filter_map(|(node, given)| {
                let raw = given.as_ref()?.as_ref().ok()?.first()?.as_ref().ok()?;
                let block: BlockJson = serde_json::from_str(raw.get()).ok()?;
                Some((block.number(), node))
            })
            .collect();
        heads.sort_unstable_by(|a, b| b.cmp(a));
        let Some(&(pin, _)) = heads.get(quorum - 1) else {
            return Err(ChainError::NoQuorum {
                method: BLOCK,
                have: heads.len(),
                quorum,
                silent: self.silent(&poll),
            });
        };
        let newest = heads.first().map_or(pin, |(number, _)| *number);
        if newest - pin > self.policy().lag {
            let said = heads.iter().map(|(number, node)| (self.name(*node), *number)).collect();
            return Err(ChainError::Apart { said });
        }
        let has_it = heads.into_iter().filter(|(number, _)| *number >= pin).map(|(_, node)| node);
        Ok((pin, has_it.collect()))
    }

    /// That so many answered at all.
    fn enough(&self, poll: &Poll, asks: &[Ask], quorum: usize) -> Result<(), ChainError> {
        for given in poll.iter().flatten() {
            // Another chain is no endpoint that fails: whoever wrote its URL meant something else.
            if let Err(ChainError::WrongChain { endpoint, expected, found }) = given {
                let (expected, found) = (*expected, *found);
                return Err(ChainError::WrongChain { endpoint: endpoint.clone(), expected, found });
            }
            if let Err(ChainError::WrongBlock { endpoint, number, expected, found }) = given {
                let (endpoint, number, expected, found) = (endpoint.clone(), *number, *expected, *found);
                return Err(ChainError::WrongBlock { endpoint, number, expected, found });
            }
        }
        let have = poll.iter().flatten().filter(|given| given.is_ok()).count();
        if have >= quorum {
            return Ok(());
        }
        let method = asks.first().map_or("", |(method, _)| *method);
        Err(ChainError::NoQuorum { method, have, quorum, silent: self.silent(poll) })
    }

    /// Who did not answer, and why.
    fn silent(&self, poll: &Poll) -> Vec<String> {
        let whys = poll.iter().flatten().filter_map(|given| given.as_ref().err());
        whys.map(ToString::to_string).collect()
    }
}

/// Where a request says which block it is about, if that is the newest.
fn newest(ask: &Ask) -> Option<Place> {
    let place = match ask.0 {
        "eth_getBlockByNumber" => Place::At(0),
        "eth_getCode" | "eth_getBalance" | "eth_getTransactionCount" | "eth_call" => Place::At(1),
        "eth_getStorageAt" | "eth_getProof" => Place::At(2),
        "eth_getLogs" => Place::Of("toBlock"),
        _ => return None,
    };
    let value = match place {
        Place::At(index) => ask.1.get(index),
        Place::Of(name) => ask.1.get(0).and_then(|filter| filter.get(name)),
    };
    value.is_some_and(|value| value == "latest").then_some(place)
}

#[derive(Clone, Copy)]
enum Place {
    At(usize),
    Of(&'static str),
}

fn place_of(params: &mut Value, place: Place) -> &mut Value {
    match place {
        Place::At(index) => &mut params[index],
        Place::Of(name) => &mut params[0][name],
    }
}
