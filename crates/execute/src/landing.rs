//! What came of transactions: receipts that are checked, effects that are read back, and what a reorganisation takes away again.

use crate::{
    Event, PlannedCall, Refusal, StepOutcome, StepResult,
    ending::Ending,
    engine::Run,
    flight::{Flight, Landed, Landing},
    record::placed,
    wait::Pauses,
    wave::Item,
};
use alloy_primitives::{Address, B256};
use payrox_chain::{At, Position, Receipt};
use payrox_journal::Record;
use std::{collections::BTreeSet, time::Duration};

/// So long an endpoint is waited for that is behind what it showed before: after that the chain itself went back.
const LAG: Duration = Duration::from_secs(5);

/// That a receipt is of what was sent.
pub(crate) fn is_of(step: &str, from: Address, to: Address, receipt: &Receipt) -> Result<(), Refusal> {
    let why = if receipt.from != from {
        format!("it names {} as the sender, which was {from}", receipt.from)
    } else if receipt.to != Some(to) {
        let found = receipt.to.map_or("a new contract".into(), |to| to.to_string());
        format!("it names {found} as the callee, which was {to}")
    } else {
        return Ok(());
    };
    Err(Refusal::Untrue { step: step.to_owned(), tx: receipt.tx, why })
}

impl Run<'_> {
    /// Waits for all of them, and reads back what each was for.
    pub(crate) async fn bring_down(&mut self, flights: &mut [Flight]) -> Result<Landing, Ending> {
        let ended = self.land(flights).await;
        let down: Vec<&Flight> = flights.iter().filter(|flight| flight.receipt.is_some()).collect();
        let mut first = None;
        if !down.is_empty() {
            let read = self.read_back_all(&down).await;
            first = read.err();
        }
        if ended.is_err() || first.is_some() {
            self.still_wait(flights);
        }
        // What ended the wait is told; what was found out on the way is written down all the same.
        match (ended, first) {
            (Err(ending), _) | (Ok(_), Some(ending)) => Err(ending),
            (Ok(Landing::Again), None) => self.look().await.map(|()| Landing::Again),
            (Ok(landing), None) => Ok(landing),
        }
    }

    /// Says what the run leaves behind: it was sent, and may be mined at any time.
    pub(crate) fn still_wait(&mut self, flights: &[Flight]) {
        for flight in flights.iter().filter(|flight| flight.waits()) {
            let Some(tx) = flight.hashes().pop() else { continue };
            let (name, from, nonce) = (flight.item.step.clone(), flight.tx.from, flight.tx.nonce);
            let reason = Some(format!("in no block yet, with nonce {nonce} of {from}"));
            let (outcome, tx) = (StepOutcome::Sent, Some(tx));
            self.result.steps.retain(|said| said.name != name);
            self.result.steps.push(StepResult { name, outcome, tx, gas_used: None, reason, call: None });
        }
    }

    async fn read_back_all(&mut self, down: &[&Flight]) -> Result<(), Ending> {
        let mut landed = Vec::with_capacity(down.len());
        for flight in down {
            let Some(receipt) = flight.receipt.clone() else { continue };
            is_of(&flight.item.step, flight.item.from, flight.item.to, &receipt)?;
            let (step, from, nonce) = (flight.item.step.clone(), flight.tx.from, flight.tx.nonce);
            landed.push(Landed { step, from, nonce, hashes: flight.hashes(), receipt });
        }
        self.landed.extend(landed.iter().cloned());
        self.look().await?;
        self.are_canonical(&landed).await?;
        let mut ended = Ok(());
        let mut failed = BTreeSet::new();
        for (flight, landed) in down.iter().zip(&landed) {
            // What a reorganisation has taken away meanwhile is no longer among them.
            let there = |known: &Landed| known.receipt == landed.receipt;
            if !self.landed.iter().any(there) {
                continue;
            }
            // What fails behind another failure of the same sender failed because of that.
            let because = failed.contains(&landed.from);
            if !landed.receipt.success {
                failed.insert(landed.from);
            }
            let read = self.read_back(&flight.item, landed, because).await;
            if ended.is_ok() {
                ended = read;
            }
        }
        ended
    }

    /// The receipt is of what was sent.
    /// The blocks that receipts name are the chain's.
    async fn are_canonical(&self, landed: &[Landed]) -> Result<(), Ending> {
        let known = |landed: &&Landed| self.landed.iter().any(|known| known.receipt == landed.receipt);
        let blocks: BTreeSet<u64> = landed.iter().map(|landed| landed.receipt.block).collect();
        let others = || blocks.iter().copied().filter(|block| *block != self.chain.block);
        let mut pauses = Pauses::new();
        let mut hashes = loop {
            let hashes = self.session.endpoint.block_hashes(others()).await?;
            // An endpoint that is behind does not have the block yet.
            if hashes.values().all(Option::is_some) || pauses.elapsed() > LAG {
                break hashes;
            }
            pauses.pause().await;
        };
        hashes.insert(self.chain.block, Some(self.chain.block_hash));
        for Landed { step, receipt, .. } in landed.iter().filter(known) {
            let (block, hash, tx) = (receipt.block, receipt.block_hash, receipt.tx);
            let found = hashes.get(&block).copied().flatten();
            // Unless the chain was reorganised in this moment: then the transaction has another receipt now.
            if found == Some(hash)
                || self.session.endpoint.receipt(tx).await?.is_none_or(|now| now.block_hash != hash)
            {
                continue;
            }
            let found = found.unwrap_or_default();
            let why = format!("it names block {block} as {hash}, and the chain has {found}");
            return Err(Refusal::Untrue { step: step.clone(), tx, why }.into());
        }
        Ok(())
    }

    /// Reads the chain anew, not from an endpoint that is behind, and finds out what a reorganisation took away.
    pub(crate) async fn look(&mut self) -> Result<(), Ending> {
        self.positions.clear();
        let mut pauses = Pauses::new();
        loop {
            self.read_chain().await?;
            let height = self.landed.iter().map(|landed| landed.receipt.block).max().unwrap_or_default();
            if self.chain.block >= height || pauses.elapsed() > LAG {
                break;
            }
            pauses.pause().await;
        }
        let lost = |landed: &Landed| {
            landed.receipt.success && (!self.is_done(&landed.step) || landed.receipt.block > self.chain.block)
        };
        if self.landed.iter().any(lost) {
            self.recheck().await?;
        }
        Ok(())
    }

    /// Where an account stands; not by the word of an endpoint that is behind what this run has seen.
    pub(crate) async fn position(&self, from: Address) -> Result<Position, Ending> {
        let ours = self.landed.iter().filter(|landed| landed.from == from);
        let next = ours.map(|landed| landed.nonce + 1).max().unwrap_or_default();
        let mut pauses = Pauses::new();
        loop {
            let position = self.session.endpoint.position(from).await?;
            if position.nonce >= next || pauses.elapsed() > LAG {
                return Ok(position);
            }
            pauses.pause().await;
        }
    }

    /// Whether every transaction of this run is where it was. What was moved to another block, or is in none any more, is written
    /// down: it waits again, and is done once more where its effect is gone.
    pub(crate) async fn recheck(&mut self) -> Result<bool, Ending> {
        let mut whole = true;
        let hashes: Vec<B256> = self.landed.iter().flat_map(|landed| landed.hashes.clone()).collect();
        let near = self.landed.last().map(|landed| landed.receipt.block);
        let mut receipts = self.session.endpoint.receipts_near(near, &hashes).await?.into_iter();
        let mut notes = Vec::new();
        for mut landed in std::mem::take(&mut self.landed) {
            let now = receipts.by_ref().take(landed.hashes.len()).flatten().next();
            let Receipt { tx, block, block_hash, .. } = landed.receipt;
            if now.as_ref().is_some_and(|now| now.block_hash == block_hash) {
                self.landed.push(landed);
                continue;
            }
            whole = false;
            let step = landed.step.clone();
            notes.push(Record::Unwound { step: step.clone(), tx, block, block_hash });
            self.tell(Event::Unwound { step: step.clone(), tx, block });
            match now {
                Some(receipt) if receipt.success => {
                    notes.push(self.done(&step, &receipt));
                    landed.receipt = receipt;
                    self.landed.push(landed);
                }
                _ => {
                    let gas = landed.receipt.gas_used.0;
                    self.result.gas.0 = self.result.gas.0.saturating_sub(gas);
                    self.result.steps.retain(|said| said.name != step);
                }
            }
        }
        self.note(&notes)?;
        Ok(whole)
    }

    pub(crate) fn done(&self, step: &str, receipt: &Receipt) -> Record {
        let planned = self.plan.steps.iter().find(|planned| planned.name == step);
        Record::Done {
            step: step.to_owned(),
            tx: receipt.tx,
            block: receipt.block,
            block_hash: receipt.block_hash,
            gas_used: receipt.gas_used,
            placed: planned.map(|step| placed(self.plan, step)).unwrap_or_default(),
        }
    }

    async fn read_back(&mut self, item: &Item, landed: &Landed, because: bool) -> Result<(), Ending> {
        let receipt = &landed.receipt;
        self.result.gas.0 += receipt.gas_used.0;
        let holds = self.is_done(&item.step);
        let (tx, gas, block) = (receipt.tx, receipt.gas_used, receipt.block);
        let mut said = StepResult {
            name: item.step.clone(),
            outcome: StepOutcome::Done,
            tx: Some(tx),
            gas_used: Some(gas),
            reason: None,
            call: None,
        };
        let rivals = landed.hashes.iter().filter(|hash| **hash != tx);
        let mut notes: Vec<Record> = rivals
            .map(|rival| Record::Dropped { tx: *rival, reason: format!("{tx} was mined instead") })
            .collect();
        if receipt.success && holds {
            notes.push(self.done(&item.step, receipt));
            self.note(&notes)?;
            self.result.steps.retain(|known| known.name != said.name);
            self.result.steps.push(said);
            self.tell(Event::Done { step: item.step.clone(), tx, block, gas });
            if item.last
                && self.chain.dispatcher.as_ref().is_some_and(|d| d.active.plan_id == self.plan.plan_id)
            {
                self.tell(Event::Activated { epoch: self.result.epoch });
            }
            return Ok(());
        }
        self.landed.retain(|known| known.receipt.tx != tx);
        let reason = if receipt.success {
            "it went through, and the chain does not show what it was for".to_owned()
        } else {
            self.why(item, receipt).await
        };
        if because && !holds && !receipt.success {
            // Somebody else did the first of them, or the run ends for it; this one is decided anew.
            let reason = format!("what it stood on was not done by this run: {reason}");
            self.tell(Event::Recovered { what: format!("{}: {reason}", item.step) });
            notes.push(Record::Dropped { tx, reason });
            return self.note(&notes);
        }
        notes.push(Record::Failed { step: item.step.clone(), tx, reason: reason.clone() });
        self.note(&notes)?;
        if holds {
            // Another operator was first: what was meant is true.
            said.outcome = StepOutcome::Skipped;
            said.reason = Some(format!("someone else did it first; this one failed: {reason}"));
            self.result.steps.push(said);
            self.tell(Event::Skipped { step: item.step.clone(), reason: "someone else did it first".into() });
            return Ok(());
        }
        said.reason = Some(reason.clone());
        said.outcome = StepOutcome::Failed;
        let (to, value, data) = (item.to, item.value, item.data.clone());
        said.call = Some(PlannedCall { from: vec![item.from], to, value, data });
        self.result.steps.push(said);
        let step = item.step.clone();
        Err(match receipt.success {
            true => Refusal::NotTrue { step, why: reason }.into(),
            false => Refusal::Reverted { step, tx, reason }.into(),
        })
    }

    /// Why a transaction failed: the same call after its block, where whoever was first in it shows, else before it. Both are near
    /// enough to name the error.
    async fn why(&self, item: &Item, receipt: &Receipt) -> String {
        if receipt.gas_used == item.gas {
            return "it ran out of gas".into();
        }
        for block in [receipt.block, receipt.block.saturating_sub(1)] {
            match self.session.endpoint.call(item.call(), At::Block(block)).await {
                Ok(_) => {}
                Err(e) => {
                    return e.revert_data().map_or_else(|| e.to_string(), |d| self.session.reasons.decode(d));
                }
            }
        }
        "it gave no reason that can be reproduced".into()
    }
}
