//! What would be sent next, for somebody on another machine to sign.

use crate::{Event, Refusal, ending::Ending, engine::Run, gates::Cleared, wave::Item};
use payrox_chain::UnsignedTransactions;
use payrox_files::{to_canonical_json, write_atomic};
use payrox_journal::JournalError;
use payrox_plan::Plan;
use std::collections::{BTreeMap, btree_map::Entry};

impl<'a> Run<'a> {
    /// Writes the next transactions to the session's file, if it names one. They passed the same gates as if they were sent; nothing is
    /// signed, journalled or sent.
    pub(crate) async fn write_unsigned(&mut self, cleared: &Cleared<'a, Plan>) -> Result<(), Ending> {
        if self.session.unsigned.is_none() {
            return Ok(());
        }
        match self.next_wave(cleared).await? {
            Some(wave) => self.write_down_unsigned(&wave).await,
            None => Ok(()),
        }
    }

    /// The same of transactions that are known.
    pub(crate) async fn write_down_unsigned(&mut self, wave: &[Item]) -> Result<(), Ending> {
        let Some(path) = self.session.unsigned else { return Ok(()) };
        let mut positions = BTreeMap::new();
        for item in wave {
            if let Entry::Vacant(vacant) = positions.entry(item.from) {
                vacant.insert(self.position(item.from).await?);
            }
        }
        // What already waits takes its nonces, and may be what these are for.
        if let Some((from, position)) = positions.iter().find(|(_, at)| at.pending > at.nonce) {
            return Err(Refusal::Stuck { from: *from, count: position.pending - position.nonce }.into());
        }
        let transactions = self.price(wave, &positions)?;
        let steps = wave.iter().map(|item| item.step.as_str()).zip(&transactions);
        let document = UnsignedTransactions::new(self.plan.chain_id, self.plan.content_hash, steps);
        let text = to_canonical_json(&document).map_err(JournalError::Encode)?;
        write_atomic(path, text.as_bytes()).map_err(JournalError::File)?;
        self.tell(Event::Unsigned { path: path.display().to_string(), transactions: transactions.len() });
        Ok(())
    }
}
