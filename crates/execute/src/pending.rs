//! Transactions that wait before this run sends anything: ours from an earlier run, or somebody else's with the same key.

use crate::{
    Event, Refusal,
    ending::Ending,
    engine::Run,
    flight::{Flight, Landing},
    wait::Pauses,
    wave::Item,
};
use alloy_primitives::Address;
use payrox_chain::{At, Position, Seen};
use payrox_journal::JournalError;
use std::time::Duration;

/// After this nobody is kept waiting: the run can be resumed.
const PATIENCE: Duration = Duration::from_secs(600);

/// Whose a waiting transaction is.
#[derive(Clone, Debug)]
enum Whose {
    /// It does what a step of this plan is for: an earlier run sent it, perhaps from another machine.
    Plan(Box<(Item, Seen)>),
    /// The journal knows it for something else.
    Journal,
    /// Nobody here sent it.
    Foreign(Box<Seen>),
    /// The node does not show it.
    Unknown,
}

impl Run<'_> {
    /// Refuses where somebody else's transactions wait: whatever was sent now would stand behind them, or fight for their nonce.
    pub(crate) async fn refuse_foreign(&self, from: Address, position: &Position) -> Result<(), Ending> {
        for whose in self.whose(from, position, &[]).await? {
            if let Whose::Foreign(seen) = whose {
                return Err(foreign(from, position, &seen));
            }
        }
        Ok(())
    }

    /// Waits for what waits there already: whatever it is may be what was to be sent now.
    pub(crate) async fn meet(
        &mut self,
        from: Address,
        position: &Position,
        wave: &[Item],
    ) -> Result<(), Ending> {
        let mut flights = Vec::new();
        for whose in self.whose(from, position, wave).await? {
            match whose {
                Whose::Foreign(seen) => return Err(foreign(from, position, &seen)),
                Whose::Plan(found) => {
                    let (item, seen) = *found;
                    let raw = self.journal.as_ref().and_then(|journal| journal.signed(seen.hash));
                    let to = item.to;
                    flights.push(Flight::found(item, seen, to, raw.unwrap_or_default(), position, self));
                }
                Whose::Journal | Whose::Unknown => return self.drain(from, position.pending).await,
            }
        }
        let what = format!("{} transactions of {from} of an earlier run wait to be mined", flights.len());
        self.tell(Event::Recovered { what });
        self.bring_down(&mut flights).await.map(|_: Landing| ())
    }

    async fn whose(&self, from: Address, position: &Position, wave: &[Item]) -> Result<Vec<Whose>, Ending> {
        if position.pending <= position.nonce {
            return Ok(Vec::new());
        }
        let waiting = self.session.endpoint.waiting(from, position.nonce..position.pending).await?;
        let judge = |seen: Option<Seen>| match seen {
            None => Whose::Unknown,
            Some(seen) => match self.recognise(&seen, wave) {
                Some(item) => Whose::Plan(Box::new((item, seen))),
                None if self.history.meant(seen.hash) => Whose::Journal,
                None => Whose::Foreign(Box::new(seen)),
            },
        };
        Ok(waiting.into_iter().map(judge).collect())
    }

    /// What of the plan a transaction does.
    pub(crate) fn recognise(&self, seen: &Seen, wave: &[Item]) -> Option<Item> {
        let to = seen.to?;
        let same = |item: &&Item| item.to == to && item.value == seen.value && item.data == seen.data;
        if let Some(item) = wave.iter().find(same) {
            return Some(Item { gas: seen.gas, ..item.clone() });
        }
        let step = self.plan.steps.iter().find(|step| {
            step.call.as_ref().is_some_and(|c| c.to == to && c.value == seen.value && c.data == seen.data)
        })?;
        Some(Item::of(step, step.call.as_ref()?, seen.from, seen.gas))
    }

    /// Until the sender's transactions that were there before are mined.
    async fn drain(&self, from: Address, pending: u64) -> Result<(), Ending> {
        let mut pauses = Pauses::new();
        let what = format!("earlier transactions of {from} to be mined");
        self.tell(Event::Recovered { what: format!("found {what}") });
        loop {
            let nonce = self.session.endpoint.nonce(from, At::Latest).await?;
            if nonce >= pending {
                return Ok(());
            }
            self.may_go_on()?;
            if pauses.is_worth_telling() {
                self.tell(Event::Waiting { what: what.clone(), until: None });
            }
            if pauses.elapsed() > PATIENCE {
                return Err(Refusal::Stuck { from, count: pending - nonce }.into());
            }
            pauses.pause().await;
        }
    }

    /// Writes down what is meant, and has it on the disk before it returns.
    pub(crate) fn mean(
        &mut self,
        signed: &[payrox_chain::Signed],
        intents: Vec<payrox_journal::Record>,
    ) -> Result<(), Ending> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let raw: Vec<_> = signed.iter().map(|signed| (signed.hash, signed.raw.clone())).collect();
        journal.keep_signed(&raw)?;
        let lines = journal.append(&intents)?;
        self.history.learn(journal.path(), lines);
        journal.sync().map_err(|e: JournalError| e.into())
    }
}

fn foreign(from: Address, position: &Position, seen: &Seen) -> Ending {
    let (nonce, count) = (position.nonce, position.pending - position.nonce);
    Refusal::Foreign { from, nonce, count, tx: seen.hash }.into()
}
