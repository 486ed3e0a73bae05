//! What an earlier run left behind, found out from the chain before anything new is done.

use crate::{Event, ending::Ending, engine::Run};
use alloy_primitives::{Address, B256};
use payrox_chain::At;
use payrox_journal::{Landed, OpenIntent, Record};
use std::collections::{BTreeMap, BTreeSet};

impl Run<'_> {
    /// Finds out what became of transactions of which the journal knows no end. Those that never got anywhere stay open: if
    /// their step is not true, the same bytes are sent again.
    pub(crate) async fn settle_what_an_earlier_run_left(&mut self) -> Result<(), Ending> {
        let open = self.history.open_intents();
        if open.is_empty() {
            return Ok(());
        }
        let hashes: Vec<_> = open.iter().map(|intent| intent.tx).collect();
        let receipts = self.session.endpoint.receipts(&hashes).await?;
        let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
        for (intent, receipt) in open.iter().zip(&receipts) {
            if receipt.is_none() && !nonces.contains_key(&intent.from) {
                nonces.insert(intent.from, self.session.endpoint.nonce(intent.from, At::Latest).await?);
            }
        }
        let mined: BTreeMap<(Address, u64), B256> = open
            .iter()
            .zip(&receipts)
            .filter_map(|(intent, receipt)| Some(((intent.from, intent.nonce), receipt.as_ref()?.tx)))
            .collect();
        let mut ends = Vec::new();
        // What fails behind another failure of the same sender failed because of that.
        let mut failed = BTreeSet::new();
        for (intent, receipt) in open.iter().zip(receipts) {
            let (step, tx) = (intent.step.clone(), intent.tx);
            ends.push(match receipt {
                Some(receipt) if receipt.success => self.done(&step, &receipt),
                Some(_) if failed.insert(intent.from) => {
                    Record::Failed { step, tx, reason: "it reverted".into() }
                }
                Some(_) => Record::Dropped { tx, reason: "what it stood on failed".into() },
                None if nonces.get(&intent.from).is_some_and(|nonce| *nonce > intent.nonce) => {
                    self.end_of(intent, mined.get(&(intent.from, intent.nonce)).copied())
                }
                None => continue,
            });
        }
        if !ends.is_empty() {
            let what = format!("the end of {} transactions of an earlier run", ends.len());
            self.tell(Event::Recovered { what });
        }
        self.note(&ends)
    }

    /// Its nonce is used by another: one of ours that was mined in its place, or somebody else's.
    fn end_of(&self, intent: &OpenIntent, mined: Option<B256>) -> Record {
        let tx = intent.tx;
        let ours = mined.or_else(|| {
            let known = self.history.intents().into_iter().map(|(known, _)| known);
            let mut rivals = known.filter(|k| k.from == intent.from && k.nonce == intent.nonce && k.tx != tx);
            rivals.next().map(|rival| rival.tx)
        });
        match ours {
            Some(ours) => Record::Dropped { tx, reason: format!("{ours} has its nonce") },
            None => Record::Replaced { tx, by: None },
        }
    }

    /// Steps that an earlier run did, and that are not true any more: a reorganisation may have taken their transactions out of
    /// their blocks. Those wait again, and the same bytes are sent again.
    pub(crate) async fn find_what_was_undone(&mut self) -> Result<(), Ending> {
        let plan = Some(self.plan.content_hash);
        let open: BTreeSet<&str> =
            self.steps.iter().filter(|step| !self.holds(step)).map(|step| step.name.as_str()).collect();
        let mut landed = self.history.landed();
        landed.retain(|landed| landed.plan == plan && open.contains(landed.step.as_str()));
        if landed.is_empty() {
            return Ok(());
        }
        let hashes: Vec<B256> = landed.iter().map(|landed| landed.tx).collect();
        let receipts = self.session.endpoint.receipts(&hashes).await?;
        let gone = landed.into_iter().zip(receipts).filter(|(_, receipt)| receipt.is_none());
        let mut notes = Vec::new();
        for (Landed { step, tx, block, block_hash, .. }, _) in gone {
            self.tell(Event::Unwound { step: step.clone(), tx, block });
            notes.push(Record::Unwound { step, tx, block, block_hash });
        }
        self.note(&notes)
    }
}
