//! What an earlier run left behind, found out from the chain before anything new is done.

use crate::{
    Event, Refusal,
    ending::Ending,
    engine::Run,
    landing::is_of,
    nonce::BACK,
    truth::{self, Truth, truth},
};
use alloy_primitives::{Address, B256};
use payrox_chain::{At, Receipt, Seen, snapshot_at};
use payrox_journal::{Landed, OpenIntent, Record};
use payrox_model::ChainSnapshot;
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// The chain as transactions left it.
struct Then {
    /// At the end of their block; as it is now where the endpoint has forgotten that.
    chain: ChainSnapshot,
    is_now: bool,
}

impl Run<'_> {
    /// Finds out what became of transactions of which the journal knows no end. Those that never got anywhere stay open: if
    /// their step is not true, the same bytes are sent again.
    pub(crate) async fn settle_what_an_earlier_run_left(&mut self) -> Result<(), Ending> {
        let open = self.history.open_intents();
        if open.is_empty() {
            return Ok(());
        }
        // Before the receipts: what is mined between the two questions has one, and is not taken for replaced.
        let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
        for intent in &open {
            if let Entry::Vacant(vacant) = nonces.entry(intent.from) {
                vacant.insert(self.session.endpoint.nonce(intent.from, At::Latest).await?);
            }
        }
        let hashes: Vec<_> = open.iter().map(|intent| intent.tx).collect();
        let receipts = self.session.endpoint.receipts(&hashes).await?;
        let blocks = self.blocks_of(&receipts).await?;
        let mined = self.mined(&open, &receipts);
        let mut spenders: BTreeMap<Address, BTreeMap<u64, Seen>> = BTreeMap::new();
        let mut ends = Vec::new();
        // What fails behind another failure of the same sender failed because of that.
        let mut failed = BTreeSet::new();
        for (intent, receipt) in open.iter().zip(receipts) {
            let at = (intent.from, intent.nonce);
            match receipt {
                Some(receipt) => {
                    is_of(&intent.step, intent.from, intent.to, &receipt)?;
                    // A block that is none of the chain's any more says nothing: its transaction waits again, or is in another.
                    let Some(then) = blocks.get(&receipt.block_hash) else { continue };
                    ends.push(self.end_of(intent, &receipt, then, &mut failed));
                }
                None if nonces.get(&intent.from).is_none_or(|nonce| *nonce <= intent.nonce) => {}
                None => {
                    let found = match spenders.entry(intent.from) {
                        Entry::Occupied(found) => found.into_mut(),
                        Entry::Vacant(vacant) => {
                            let newest = self.session.endpoint.newest().await?.1.number;
                            let blocks = newest.saturating_sub(BACK)..=newest;
                            vacant.insert(self.session.endpoint.spenders(intent.from, blocks).await?)
                        }
                    };
                    let spender = found.get(&intent.nonce);
                    // Its receipt was late: the next look finds its effect.
                    if spender.is_some_and(|seen| seen.hash == intent.tx) {
                        continue;
                    }
                    ends.push(self.spent(intent, mined.get(&at).copied(), spender));
                }
            }
        }
        if !ends.is_empty() {
            let what = format!("the end of {} transactions of an earlier run", ends.len());
            self.tell(Event::Recovered { what });
        }
        self.note(&ends)
    }

    /// The chain at the end of each block that receipts name and that is one of the chain's, by its hash.
    async fn blocks_of(&mut self, receipts: &[Option<Receipt>]) -> Result<BTreeMap<B256, Then>, Ending> {
        let named: BTreeMap<u64, B256> =
            receipts.iter().flatten().map(|receipt| (receipt.block, receipt.block_hash)).collect();
        let hashes = self.session.endpoint.block_hashes(named.keys().copied()).await?;
        let mut blocks = BTreeMap::new();
        for (number, hash) in hashes.into_iter().filter_map(|(number, hash)| Some((number, hash?))) {
            let then = match truth::diamond_query(self.plan) {
                // What a diamond served then is not asked for.
                Some(_) => None,
                None => snapshot_at(self.session.endpoint, &self.query(), number).await.ok(),
            };
            let then = match then {
                Some(chain) => Then { chain, is_now: false },
                None => {
                    self.read_chain().await?;
                    Then { chain: self.chain.clone(), is_now: true }
                }
            };
            blocks.insert(hash, then);
        }
        Ok(blocks)
    }

    /// What of ours is in a block, by sender and nonce.
    fn mined(&self, open: &[OpenIntent], receipts: &[Option<Receipt>]) -> BTreeMap<(Address, u64), B256> {
        let landed: BTreeSet<B256> = self.history.landed().into_iter().map(|landed| landed.tx).collect();
        let known = self.history.intents().into_iter().map(|(intent, _)| intent);
        let before = known.filter(|intent| landed.contains(&intent.tx));
        let now = open.iter().zip(receipts).filter(|(_, receipt)| receipt.is_some());
        before.chain(now.map(|(intent, _)| intent.clone())).map(|i| ((i.from, i.nonce), i.tx)).collect()
    }

    /// Of one that is in a block: done is only what the chain showed then.
    fn end_of(
        &self,
        intent: &OpenIntent,
        receipt: &Receipt,
        then: &Then,
        failed: &mut BTreeSet<Address>,
    ) -> Record {
        let (step, tx) = (intent.step.clone(), intent.tx);
        if !receipt.success {
            return match failed.insert(intent.from) {
                true => Record::Failed { step, tx, reason: "it reverted".into() },
                false => Record::Dropped { tx, reason: "what it stood on failed".into() },
            };
        }
        if intent.plan != self.plan.content_hash {
            let reason = format!("it is in block {}, and was for nothing of this plan", receipt.block);
            return Record::Dropped { tx, reason };
        }
        let held = match self.plan.steps.iter().find(|known| known.name == step) {
            Some(known) => matches!(truth(self.plan, known, &then.chain), Truth::True(_)),
            None => then.chain.dispatcher.as_ref().is_some_and(|dispatcher| dispatcher.pending.is_none()),
        };
        match (held, then.is_now) {
            (true, _) => self.done(&step, receipt),
            (false, false) => {
                let reason = "it went through, and the chain did not show what it was for".into();
                Record::Failed { step, tx, reason }
            }
            (false, true) => {
                let reason = "it went through, and the chain does not show any more what it was for".into();
                Record::Dropped { tx, reason }
            }
        }
    }

    /// Of one whose nonce another used: one of ours, or a stranger's with our key, which is told.
    fn spent(&self, intent: &OpenIntent, mined: Option<B256>, spender: Option<&Seen>) -> Record {
        let (step, tx, from, nonce) = (intent.step.clone(), intent.tx, intent.from, intent.nonce);
        let ours = mined.or(spender.map(|seen| seen.hash).filter(|hash| self.history.meant(*hash)));
        if let Some(ours) = ours {
            return Record::Dropped { tx, reason: format!("{ours} has its nonce") };
        }
        let by = spender.map(|seen| seen.hash);
        // The same key may have gone on with the same plan on another machine.
        let same = spender.and_then(|seen| self.recognise(seen, &[])).is_some_and(|item| item.step == step);
        if !same {
            let refusal = Refusal::Replaced { step, from, nonce, by, pending: false };
            let hint = payrox_model::Fault::hint(&refusal).unwrap_or_default();
            self.tell(Event::Warned { what: format!("{refusal}. {hint}") });
        }
        Record::Replaced { tx, by }
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
