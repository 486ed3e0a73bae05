//! Waiting, always for something named and never deaf to Ctrl-C.

use crate::{Event, Refusal, Selection, ending::Ending, engine::Run};
use payrox_journal::Record;
use payrox_plan::{Effect, PlannedStep};
use std::time::{Duration, Instant};

/// The first pause between two looks; each next one is eight times as long, up to the longest: a node that mines what it is sent at
/// once is hardly waited for, and one that makes blocks by the clock is not asked all the time.
const FIRST: Duration = Duration::from_millis(8);
const LONGEST: Duration = Duration::from_millis(500);
/// After this nobody is kept waiting for a block: the run can be resumed.
const PATIENCE: Duration = Duration::from_secs(600);
/// After this a wait is worth telling.
const MOMENT: Duration = Duration::from_secs(1);

pub(crate) struct Pauses {
    started: Instant,
    next: Duration,
    longest: Duration,
    told: bool,
}

impl Pauses {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), next: FIRST, longest: LONGEST, told: false }
    }

    /// For the next block of a chain whose last took this long.
    pub(crate) fn after(pace: Duration) -> Self {
        Self { next: (pace / 2).clamp(FIRST, LONGEST), ..Self::new() }
    }

    /// With longer pauses, where hundreds of blocks may be waited for.
    pub(crate) fn up_to(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    pub(crate) async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        // Long pauses come only with long waits.
        let patient = (self.started.elapsed() / 8).max(LONGEST);
        self.next = (self.next * 8).min(patient).min(self.longest);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Once, when it has lasted more than a moment.
    pub(crate) fn is_worth_telling(&mut self) -> bool {
        let tell = !self.told && self.started.elapsed() > MOMENT;
        self.told |= tell;
        tell
    }
}

impl Run<'_> {
    /// Until there is a newer block than this, and looks at the chain then.
    pub(crate) async fn wait_for_block(&mut self, block: u64, what: &str) -> Result<(), Ending> {
        let mut pauses = Pauses::after(self.pace);
        while self.session.endpoint.newest().await?.1.number <= block {
            self.may_go_on()?;
            if pauses.is_worth_telling() {
                self.tell(Event::Waiting { what: what.to_owned(), until: None });
            }
            if pauses.elapsed() > PATIENCE {
                return Err(Refusal::NoBlock { block }.into());
            }
            pauses.pause().await;
        }
        self.look().await
    }

    /// Until the pending plan may be activated by the chain's time: at once where time may be skipped, for as long as it
    /// takes with `--wait`, else the run ends here and goes on another time. `false` where nothing is pending any more.
    pub(crate) async fn wait_for_eta(&mut self) -> Result<bool, Ending> {
        let Some(pending) = self.chain.dispatcher.as_ref().and_then(|d| d.pending) else { return Ok(true) };
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
        let (mut eta, mut waited) = (eta, false);
        while now < eta {
            waited = true;
            self.may_go_on()?;
            tokio::time::sleep(LONGEST).await;
            now = self.session.endpoint.time().await?;
            if now >= eta {
                // A reorganisation can have moved the staging, and with it the time that counts: the chain is asked once more.
                self.look().await?;
                match self.chain.dispatcher.as_ref().and_then(|d| d.pending) {
                    Some(pending) => eta = pending.eta,
                    None => return Ok(false),
                }
            }
        }
        let until = eta.saturating_add(u64::from(self.plan.onchain.window));
        if now > until {
            return Err(Refusal::Expired { until, now }.into());
        }
        // What was read before the wait is old: what has come since then is seen before anything is sent.
        Ok(!waited || self.is_true_before_activation())
    }

    fn is_true_before_activation(&self) -> bool {
        let before = |step: &&&PlannedStep| matches!(step.effect, Effect::Active);
        let mut active = self.steps.iter().filter(before).flat_map(|step| &step.after);
        active.all(|name| self.is_done(name))
    }
}
