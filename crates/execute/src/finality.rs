//! When what was done is final: the block in which all of it was seen true can no longer be taken away.

use crate::{
    Event,
    ending::Ending,
    engine::Run,
    truth::{Truth, truth},
    wait::Pauses,
};
use payrox_chain::{Depth, snapshot_at};
use payrox_journal::Record;
use std::time::Duration;

/// The longest pause between two looks at how far the chain is.
const LONGEST: Duration = Duration::from_secs(6);

impl Run<'_> {
    /// Whether a look at the chain is enough: a block is final as soon as it is there.
    fn is_at_once(&self) -> bool {
        let finality = self.session.target.finality;
        finality.tag.is_none() && finality.blocks <= 1
    }

    /// The newest block that is final.
    fn last_final(&self, depth: &Depth) -> Option<u64> {
        let finality = self.session.target.finality;
        match (finality.tag, depth.tagged) {
            (Some(_), Some(tagged)) => Some(tagged),
            _ => (depth.newest + 1).checked_sub(finality.blocks.max(1)),
        }
    }

    /// All of it is true now, and this run did nothing for it: it may have been final long ago, or an earlier run was killed while
    /// it waited. `false` where a reorganisation takes something away meanwhile.
    pub(crate) async fn was_settled(&mut self) -> Result<bool, Ending> {
        if self.is_at_once() || !self.session.broadcast {
            return Ok(true);
        }
        let depth = self.session.endpoint.depth(self.chain.block, self.session.target.finality.tag).await?;
        if let Some(last) = self.last_final(&depth) {
            // Where the endpoint does not remember that block, the wait begins from what is true now.
            if let Ok(then) = snapshot_at(self.session.endpoint, &self.query(), last).await {
                let held = |step: &&_| matches!(truth(self.plan, step, &then), Truth::True(_));
                if self.steps.iter().all(held) {
                    return Ok(true);
                }
            }
        }
        self.settled().await
    }

    /// Waits until what is true now is final. `false` where a reorganisation took something of it away: it is to be done once more.
    /// A run that is killed meanwhile goes on waiting when it is started again.
    pub(crate) async fn settled(&mut self) -> Result<bool, Ending> {
        if self.is_at_once() {
            return Ok(true);
        }
        let finality = self.session.target.finality;
        let held: Vec<_> = self.steps.iter().copied().filter(|step| self.holds(step)).collect();
        let mut pauses = Pauses::after(self.pace).up_to(LONGEST);
        let (mut told, mut warned) = (None, false);
        loop {
            let (block, hash) = (self.chain.block, self.chain.block_hash);
            let depth = self.session.endpoint.depth(block, finality.tag).await?;
            if let Some(tag) = finality.tag.filter(|_| depth.tagged.is_none() && !warned) {
                warned = true;
                let what = format!(
                    "this chain does not say which block is {}: {} blocks are waited for instead",
                    tag.name(),
                    finality.blocks
                );
                self.tell(Event::Warned { what });
            }
            if depth.hash != Some(hash) && depth.newest >= block {
                // The block is gone. What was in it may be in another, or wait again.
                self.look().await?;
                self.recheck().await?;
                if held.iter().any(|step| !self.holds(step)) {
                    return Ok(false);
                }
                continue;
            }
            let last = self.last_final(&depth);
            if depth.hash == Some(hash) && last.is_some_and(|last| last >= block) {
                if !self.recheck().await? {
                    self.look().await?;
                    continue;
                }
                self.note(&[Record::Final { plan: self.plan.content_hash, block, block_hash: hash }])?;
                return Ok(true);
            }
            self.may_go_on()?;
            if told != Some(depth.newest) {
                told = Some(depth.newest);
                self.tell(Event::Settling { block, last: last.unwrap_or_default(), newest: depth.newest });
            }
            pauses.pause().await;
        }
    }
}
