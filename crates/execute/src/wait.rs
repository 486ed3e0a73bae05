//! Waiting, always for something named and never deaf to Ctrl-C.

use crate::{Event, Refusal, Selection, ending::Ending, engine::Run};
use alloy_primitives::{Address, B256};
use payrox_chain::Receipt;
use payrox_journal::Record;
use std::time::{Duration, Instant};

/// The first pause between two looks; each next one is three times as long, up to the longest: a node that mines what it is sent at
/// once is not waited for, and one that makes blocks by the clock is not asked all the time.
const FIRST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(500);
/// A block that took longer may hold many of the transactions.
const SLOW: Duration = Duration::from_millis(100);
/// After this a wait is worth telling.
const MOMENT: Duration = Duration::from_secs(1);
/// After this nobody is kept waiting for a transaction: the run can be resumed.
const PATIENCE: Duration = Duration::from_secs(600);

struct Pauses {
    started: Instant,
    next: Duration,
    told: bool,
}

impl Pauses {
    fn new() -> Self {
        Self { started: Instant::now(), next: FIRST, told: false }
    }

    /// For the next block of a chain whose last took this long.
    fn after(pace: Duration) -> Self {
        Self { next: (pace / 2).clamp(FIRST, LONGEST), ..Self::new() }
    }

    async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 3).min(LONGEST);
    }

    /// Once, when it has lasted more than a moment.
    fn is_worth_telling(&mut self) -> bool {
        let tell = !self.told && self.started.elapsed() > MOMENT;
        self.told |= tell;
        tell
    }
}

impl Run<'_> {
    /// The receipts of transactions that were sent, all of them. The last is asked for alone until it is there.
    pub(crate) async fn receipts(&mut self, txs: &[B256]) -> Result<Vec<Receipt>, Ending> {
        let mut pauses = Pauses::after(self.pace);
        let Some(mut last) = txs.last().copied() else { return Ok(Vec::new()) };
        loop {
            if let Some(found) = self.session.endpoint.receipt(last).await? {
                let waited = pauses.started.elapsed();
                let block = (waited > SLOW).then_some(found.block);
                let receipts = self.session.endpoint.receipts_near(block, txs).await?;
                match receipts.iter().position(Option::is_none) {
                    None => {
                        self.pace = waited;
                        return Ok(receipts.into_iter().flatten().collect());
                    }
                    Some(missing) => last = txs[missing],
                }
            }
            self.may_go_on()?;
            if pauses.is_worth_telling() {
                let what = format!("{} transactions to be mined", txs.len());
                self.tell(Event::Waiting { what, until: None });
            }
            if pauses.started.elapsed() > PATIENCE {
                let from = self.session.keyring.addresses().next().unwrap_or_default();
                return Err(Refusal::Stuck { from, count: txs.len() as u64 }.into());
            }
            pauses.pause().await;
        }
    }

    /// Until the sender's transactions that were there before are mined.
    pub(crate) async fn drain(&self, from: Address, pending: u64) -> Result<(), Ending> {
        let mut pauses = Pauses::new();
        let what = format!("earlier transactions of {from} to be mined");
        self.tell(Event::Recovered { what: format!("found {what}") });
        loop {
            let nonce = self.session.endpoint.nonce(from, payrox_chain::At::Latest).await?;
            if nonce >= pending {
                return Ok(());
            }
            self.may_go_on()?;
            if pauses.is_worth_telling() {
                self.tell(Event::Waiting { what: what.clone(), until: None });
            }
            if pauses.started.elapsed() > PATIENCE {
                return Err(Refusal::Stuck { from, count: pending - nonce }.into());
            }
            pauses.pause().await;
        }
    }

    /// Until the pending plan may be activated by the chain's time: at once where time may be skipped, for as long as it
    /// takes with `--wait`, else the run ends here and goes on another time.
    pub(crate) async fn wait_for_eta(&mut self) -> Result<(), Ending> {
        let Some(pending) = self.chain.dispatcher.as_ref().and_then(|d| d.pending) else { return Ok(()) };
        let eta = pending.eta;
        let mut now = self.session.endpoint.time().await?;
        if now < eta && self.session.target.skip_time {
            let seconds = eta - now;
            self.session.endpoint.skip_to(eta).await?;
            self.note(&[Record::TimeSkipped { seconds }])?;
            self.tell(Event::TimeSkipped { seconds, eta });
            self.look().await?;
            now = self.chain.timestamp.max(eta);
        }
        if now < eta && !self.session.wait {
            return Err(match self.selection {
                Selection::Apply => Refusal::TooEarly { eta, now }.into(),
                _ => Ending::until(eta, now),
            });
        }
        if now < eta {
            self.tell(Event::Waiting { what: "the delay to pass".into(), until: Some(eta) });
        }
        while now < eta {
            self.may_go_on()?;
            tokio::time::sleep(LONGEST).await;
            now = self.session.endpoint.time().await?;
        }
        let until = eta.saturating_add(u64::from(self.plan.onchain.window));
        if now > until {
            return Err(Refusal::Expired { until, now }.into());
        }
        Ok(())
    }
}
