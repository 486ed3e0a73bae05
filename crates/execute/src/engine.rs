//! The run, from the first look to the last record.

use crate::{
    Event, Outcome, PlannedCall, Refusal, RunResult, Sandbox, Selection, Session, StepOutcome, StepResult,
    ending::Ending,
    gates::{self, Cleared},
    mirror::Mirror,
    record::placed,
    rehearse::{Rehearsal, rehearse},
    roles,
    select::select,
    truth::{self, Truth, truth},
};
use alloy_primitives::Address;
use payrox_chain::{SnapshotQuery, snapshot};
use payrox_files::to_canonical_json;
use payrox_journal::{Ending as Ended, History, Identity, Journal, JournalError, Record, Unfinished, render};
use payrox_model::{ChainSnapshot, Gas};
use payrox_plan::{Effect, Plan, PlannedStep};
use std::time::{Duration, Instant};

/// Makes the selected steps of a plan true. Sends nothing for what is true already; without `broadcast` nothing at all.
/// Whatever stops it is in the result.
pub async fn run(session: &Session<'_>, plan: &Plan, selection: &Selection) -> RunResult {
    let started = Instant::now();
    let mut run = match Run::new(session, plan, selection) {
        Ok(run) => run,
        Err(refusal) => {
            let mut result = RunResult::of(plan, &session.target);
            result.end(Err(refusal.into()));
            return result;
        }
    };
    let ended = run.through().await;
    run.finish(ended, started)
}

pub(crate) struct Run<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) selection: &'a Selection,
    pub(crate) steps: Vec<&'a PlannedStep>,
    pub(crate) chain: ChainSnapshot,
    pub(crate) journal: Option<Journal>,
    pub(crate) history: History,
    pub(crate) result: RunResult,
    /// The journal has the beginning of this run.
    pub(crate) begun: bool,
    /// How long the last block was waited for.
    pub(crate) pace: Duration,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        session: &'a Session<'a>,
        plan: &'a Plan,
        selection: &'a Selection,
    ) -> Result<Self, Refusal> {
        if plan.chain_id != session.target.chain_id {
            return Err(Refusal::OtherChain { plan: plan.chain_id, network: session.target.chain_id });
        }
        Ok(Self {
            session,
            plan,
            selection,
            steps: select(plan, selection)?,
            chain: ChainSnapshot::default(),
            journal: None,
            history: History::default(),
            result: RunResult::of(plan, &session.target),
            begun: false,
            pace: Duration::ZERO,
        })
    }

    /// The list. Each line can stop it, and it can be begun again from anywhere.
    async fn through(&mut self) -> Result<Outcome, Ending> {
        self.started();
        self.open_journal()?;
        self.settle_what_an_earlier_run_left().await?;
        self.look().await?;
        self.refuse_what_can_never_be()?;
        if self.is_true() {
            return self.nothing_to_do();
        }
        self.what_it_needs_is_there()?;
        let rehearsal = self.rehearse().await?;
        let cleared = self.clear(&rehearsal)?;
        if !self.session.broadcast {
            return self.only_say(&cleared);
        }
        self.begin(&rehearsal)?;
        while let Some(wave) = self.next_wave(&cleared).await? {
            self.send(&wave).await?;
        }
        self.is_proved()?;
        Ok(Outcome::Complete)
    }

    fn started(&self) {
        let keyring = self.session.keyring;
        let signers = keyring.addresses().filter_map(|a| Some((a, keyring.origin(a)?.to_owned())));
        let signers = if self.session.broadcast { signers.collect() } else { Vec::new() };
        self.tell(Event::Started { steps: self.steps.len(), signers });
    }

    pub(crate) fn open_journal(&mut self) -> Result<(), Ending> {
        if !self.session.broadcast {
            return Ok(());
        }
        let identity = Identity { chain_id: self.plan.chain_id, system: self.plan.addresses.dispatcher };
        let (mut journal, history) = Journal::open(self.session.project, identity)?;
        if history.torn > 0 {
            self.tell(Event::Recovered { what: "a torn last line of the journal was cut off".into() });
        }
        if let Some(room) = self.session.journal_room {
            journal.leave_room(room);
        }
        self.history = history;
        self.journal = Some(journal);
        Ok(())
    }

    /// Reads the chain anew.
    pub(crate) async fn look(&mut self) -> Result<(), Ending> {
        let addresses = self.plan.addresses;
        // Only what comes after a first release is tried on a copy of what is served now.
        let router = if self.plan.epoch.0 == 1 { Address::ZERO } else { addresses.router };
        let query = SnapshotQuery {
            addresses: truth::addresses(self.plan),
            dispatcher: addresses.dispatcher,
            router,
        };
        let chain = snapshot(self.session.endpoint, &query).await?;
        if chain.chain_id != self.plan.chain_id {
            self.session.endpoint.expect_chain(self.plan.chain_id).await?;
        }
        self.result.epoch = chain.dispatcher.as_ref().map_or_else(Default::default, |d| d.active.epoch);
        self.chain = chain;
        Ok(())
    }

    pub(crate) fn truth(&self, step: &PlannedStep) -> Truth {
        truth(self.plan, step, &self.chain)
    }

    pub(crate) fn holds(&self, step: &PlannedStep) -> bool {
        matches!(self.truth(step), Truth::True(_))
    }

    fn is_true(&self) -> bool {
        self.steps.iter().all(|step| self.holds(step))
    }

    fn refuse_what_can_never_be(&self) -> Result<(), Ending> {
        for step in &self.steps {
            if let Truth::Never(why) = self.truth(step) {
                return Err(why.into());
            }
        }
        Ok(())
    }

    /// Staging and activation do not bring along what they depend on.
    fn what_it_needs_is_there(&self) -> Result<(), Ending> {
        for step in &self.steps {
            for name in &step.after {
                let selected = self.steps.iter().any(|s| s.name == *name);
                let Some(before) = self.plan.steps.iter().find(|s| s.name == *name).filter(|_| !selected)
                else {
                    continue;
                };
                match self.truth(before) {
                    Truth::True(_) => {}
                    Truth::Never(why) => return Err(why.into()),
                    Truth::False => self.missing(step, before)?,
                }
            }
        }
        Ok(())
    }

    fn missing(&self, step: &PlannedStep, before: &PlannedStep) -> Result<(), Ending> {
        let pending = self.chain.dispatcher.as_ref().and_then(|d| d.pending);
        if let (Effect::Staged, Some(pending)) = (&before.effect, pending) {
            let until = pending.eta.saturating_add(u64::from(self.plan.onchain.window));
            return Err(Refusal::Expired { until, now: self.chain.timestamp }.into());
        }
        Err(Refusal::Missing { step: step.name.clone(), missing: before.name.clone() }.into())
    }

    /// The first release is tried from nothing; a later one on a copy of what it changes.
    async fn rehearse(&self) -> Result<Rehearsal, Ending> {
        let reasons = self.session.reasons;
        let first = self.plan.epoch.0 == 1;
        let rehearsal = match self.session.devnet {
            _ if first => rehearse(self.plan, &Sandbox::empty(self.plan.chain_id), None, reasons).await?,
            Some(devnet) => rehearse(self.plan, &Sandbox::fork(devnet), None, reasons).await?,
            None => {
                let sandbox = Sandbox::starting(self.plan.chain_id, Some(self.chain.timestamp));
                let mut mirror = Mirror::new(self.session.endpoint, self.chain.block);
                mirror.begin(&sandbox, self.plan, &self.chain).await?;
                rehearse(self.plan, &sandbox, Some(&mut mirror), reasons).await?
            }
        };
        self.tell(Event::Rehearsed { steps: rehearsal.gas.len(), gas: rehearsal.total() });
        Ok(rehearsal)
    }

    fn clear(&self, rehearsal: &Rehearsal) -> Result<Cleared<'a, Plan>, Ending> {
        Ok(gates::clear(self.plan, self.session.artifacts_hash, self.session.target.chain_id, rehearsal)?)
    }

    /// Nothing is sent: the result says what would be, and who may.
    fn only_say(&mut self, cleared: &Cleared<'_, Plan>) -> Result<Outcome, Ending> {
        for step in self.steps.clone() {
            let gas = cleared.expected(&step.name);
            self.say(step, StepOutcome::Planned, gas);
        }
        Ok(Outcome::Planned)
    }

    /// A step that is not done, with the call for whoever will make it.
    pub(crate) fn say(&mut self, step: &PlannedStep, outcome: StepOutcome, gas: Option<Gas>) {
        let truth = self.truth(step);
        let (outcome, reason) = match truth {
            Truth::True(reason) => (StepOutcome::Skipped, Some(reason)),
            Truth::Never(why) => (StepOutcome::Failed, Some(why.to_string())),
            Truth::False => (outcome, None),
        };
        let call = step.call.as_ref().filter(|_| outcome != StepOutcome::Skipped).map(|call| PlannedCall {
            from: roles::allowed(self.plan, call.sender, &self.chain),
            to: call.to,
            value: call.value,
            data: call.data.clone(),
        });
        let gas_used = gas.filter(|_| call.is_some());
        self.result.steps.push(StepResult {
            name: step.name.clone(),
            outcome,
            tx: None,
            gas_used,
            reason,
            call,
        });
    }

    /// Everything is true. What the journal does not know yet, it learns.
    fn nothing_to_do(&mut self) -> Result<Outcome, Ending> {
        self.skip_what_is_true()?;
        // A run of this plan that was killed after its last transaction is over now: all of it is true.
        let whole = self.plan.steps.iter().all(|step| self.holds(step));
        if let Some(path) = self.journal.as_ref().map(|journal| journal.path().to_owned()).filter(|_| whole) {
            let left = self.history.unfinished();
            if left.iter().any(|left| left.path == path && left.plan == self.plan.content_hash) {
                self.note(&[Record::Finished { ending: Ended::Complete }])?;
            }
        }
        Ok(Outcome::NothingToDo)
    }

    /// A run of another plan that was killed is finished first, unless the chain shows that it is over: the artifacts may
    /// have been rebuilt in between, and nobody decided which of the two plans is meant.
    fn refuse_what_another_plan_left_unfinished(&self) -> Result<(), Ending> {
        let active = self.chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active.plan_id);
        for Unfinished { path, plan, plan_id } in self.history.unfinished() {
            if plan != self.plan.content_hash && Some(plan_id) != active {
                return Err(JournalError::OtherPlan { path, found: format!("{plan:#x}") }.into());
            }
        }
        Ok(())
    }

    fn begin(&mut self, rehearsal: &Rehearsal) -> Result<(), Ending> {
        self.refuse_what_another_plan_left_unfinished()?;
        let (plan, target) = (self.plan, &self.session.target);
        let text = to_canonical_json(plan).map_err(JournalError::Encode)?;
        if let Some(journal) = &mut self.journal {
            journal.keep_plan(plan.content_hash, text.as_bytes())?;
            journal.append(&[
                Record::Run {
                    command: self.selection.command().to_owned(),
                    network: target.name.clone(),
                    plan: plan.content_hash,
                    plan_id: plan.plan_id,
                    epoch: plan.epoch,
                },
                Record::Cleared {
                    plan: plan.content_hash,
                    artifacts: plan.artifacts_hash,
                    chain_id: plan.chain_id,
                    steps: rehearsal.gas.len(),
                    gas: rehearsal.total(),
                },
            ])?;
            self.begun = true;
        }
        self.skip_what_is_true()
    }

    /// Says and notes which selected steps are true without a transaction of this run.
    fn skip_what_is_true(&mut self) -> Result<(), Ending> {
        let known: Vec<String> = self.history.known_steps().into_iter().map(str::to_owned).collect();
        let mut found = Vec::new();
        for step in self.steps.clone() {
            let Truth::True(reason) = self.truth(step) else { continue };
            if self.result.steps.iter().any(|said| said.name == step.name) {
                continue;
            }
            self.tell(Event::Skipped { step: step.name.clone(), reason: reason.clone() });
            let placed = placed(self.plan, step);
            let noted = known.contains(&step.name) && self.history.knows(&placed);
            if !noted {
                found.push(Record::Found { step: step.name.clone(), reason: reason.clone(), placed });
            }
            self.say(step, StepOutcome::Skipped, None);
        }
        self.note(&found)
    }

    /// Everything selected is true now, by the chain's own word; what had nothing to send is told as well.
    fn is_proved(&mut self) -> Result<(), Ending> {
        for step in &self.steps {
            match self.truth(step) {
                Truth::True(_) => {}
                Truth::Never(why) => return Err(why.into()),
                Truth::False => {
                    let why = "the chain does not show it".into();
                    return Err(Refusal::NotTrue { step: step.name.clone(), why }.into());
                }
            }
        }
        self.skip_what_is_true()
    }

    /// The last records, the files for people, and the result.
    pub(crate) fn finish(mut self, ended: Result<Outcome, Ending>, started: Instant) -> RunResult {
        let ending = match &ended {
            Ok(Outcome::Complete) => Some(Ended::Complete),
            Ok(_) => None,
            Err(ending) => match ending.outcome {
                Outcome::Waiting => Some(Ended::Waiting),
                Outcome::Refused => Some(Ended::Refused),
                _ => Some(Ended::Failed),
            },
        };
        let ended = ended.and_then(|outcome| {
            if let Some(ending) = ending.filter(|_| self.begun) {
                self.note(&[Record::Finished { ending }])?;
            }
            self.render()?;
            Ok(outcome)
        });
        if let (Err(_), Some(ending)) = (&ended, ending.filter(|_| self.begun)) {
            // What stopped the run is what is told, not that its end could not be written down.
            let _ = self.note(&[Record::Finished { ending }]);
            let _ = self.render();
        }
        for step in self.steps.clone() {
            if !self.result.steps.iter().any(|said| said.name == step.name) {
                self.say(step, StepOutcome::Pending, None);
            }
        }
        let order = |name: &str| self.steps.iter().position(|step| step.name == name);
        self.result.steps.sort_by_key(|step| order(&step.name));
        self.result.end(ended);
        self.result.duration_ms = started.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        self.result
    }

    /// Appends records and has them on the disk.
    pub(crate) fn note(&mut self, records: &[Record]) -> Result<(), Ending> {
        if let Some(journal) = self.journal.as_mut().filter(|_| !records.is_empty()) {
            journal.append(records)?;
        }
        Ok(())
    }

    fn render(&mut self) -> Result<(), Ending> {
        if self.journal.is_none() {
            return Ok(());
        }
        let identity = Identity { chain_id: self.plan.chain_id, system: self.plan.addresses.dispatcher };
        let history = History::read(self.session.project, identity)?;
        for path in render(self.session.project, self.plan.chain_id, &history, self.session.contracts)? {
            self.tell(Event::Wrote { path: path.display().to_string() });
        }
        Ok(())
    }

    pub(crate) fn tell(&self, event: Event) {
        self.session.observer.event(&event);
    }

    /// Stops here if somebody asked to.
    pub(crate) fn may_go_on(&self) -> Result<(), Ending> {
        if self.session.stop.is_requested() { Err(Refusal::Interrupted.into()) } else { Ok(()) }
    }
}
