//! What an earlier run left behind, found out from the chain before anything new is done.

use crate::{Event, ending::Ending, engine::Run, record::placed};
use payrox_chain::At;
use payrox_journal::Record;

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
        let mut ends = Vec::new();
        for (intent, receipt) in open.iter().zip(receipts) {
            let (step, tx) = (intent.step.clone(), intent.tx);
            let record = match receipt {
                Some(receipt) if receipt.success => {
                    let planned = self.plan.steps.iter().find(|s| s.name == step);
                    let planned = planned.filter(|_| intent.plan == self.plan.content_hash);
                    Record::Done {
                        step,
                        tx,
                        block: receipt.block,
                        block_hash: receipt.block_hash,
                        gas_used: receipt.gas_used,
                        placed: planned.map(|step| placed(self.plan, step)).unwrap_or_default(),
                    }
                }
                Some(_) => Record::Failed { step, tx, reason: "it reverted".into() },
                None if self.session.endpoint.nonce(intent.from, At::Latest).await? > intent.nonce => {
                    Record::Dropped { tx, reason: "another transaction took its nonce".into() }
                }
                None => continue,
            };
            ends.push(record);
        }
        if !ends.is_empty() {
            let what = format!("the end of {} transactions of an earlier run", ends.len());
            self.tell(Event::Recovered { what });
        }
        self.note(&ends)
    }
}
