//! What a run writes down: its beginning and end, what it found, the files for people.

use crate::{
    Event, Outcome, RunResult, StepOutcome,
    after::{self, After},
    ending::Ending,
    engine::Run,
    record::placed,
    rehearse::Rehearsal,
    truth::{Truth, truth},
};
use payrox_files::to_canonical_json;
use payrox_journal::{Ending as Ended, History, Identity, Journal, JournalError, Record, Unfinished, render};
use payrox_plan::Plan;
use std::time::Instant;

impl Run<'_> {
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
        if let Some(operation) = self.session.journal_breaks {
            journal.break_at(operation);
        }
        self.history = history;
        self.journal = Some(journal);
        Ok(())
    }

    /// Everything is true. What the journal does not know yet, it learns.
    pub(crate) async fn nothing_to_do(&mut self) -> Result<Outcome, Ending> {
        self.skip_what_is_true()?;
        // A run of this plan that was killed after its last transaction is over now: all of it is true.
        let whole = self.plan.steps.iter().all(|step| self.holds(step));
        // The first release can be tried again at any time: what was there before it is nothing.
        if whole && self.plan.epoch.0 == 1 && after::is_owed(&self.history, self.plan) {
            let rehearsal = self.rehearse().await?;
            After::begin(self, &rehearsal).compare(self).await?;
            self.note(&[Record::Finished { ending: Ended::Complete }])?;
            return Ok(Outcome::NothingToDo);
        }
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
    fn refuse_what_another_plan_left_unfinished(&mut self) -> Result<(), Ending> {
        if self.plan.diamond.is_some() {
            return self.refuse_what_another_cut_left_unfinished();
        }
        let active = self.chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active).unwrap_or_default();
        let own = self.journal.as_ref().map(|journal| journal.path().to_owned());
        for Unfinished { path, plan, plan_id, epoch } in self.history.unfinished() {
            if plan == self.plan.content_hash {
                continue;
            }
            // An epoch is made once, whoever made it: nothing of that run can be sent any more.
            if epoch > active.epoch {
                return Err(JournalError::OtherPlan { path, found: format!("{plan:#x}") }.into());
            }
            // What others wrote is theirs; it is looked at in the same way each time.
            if Some(path) == own {
                let ending = if plan_id == active.plan_id { Ended::Complete } else { Ended::Failed };
                self.note(&[Record::Finished { ending }])?;
            }
        }
        Ok(())
    }

    /// A diamond does not say by which plan it serves what it serves: an unfinished plan is over when its last cut is done, or can
    /// never be.
    fn refuse_what_another_cut_left_unfinished(&self) -> Result<(), Ending> {
        for Unfinished { path, plan, .. } in self.history.unfinished() {
            if plan == self.plan.content_hash {
                continue;
            }
            let kept = path.with_file_name("plans").join(format!("{plan:#x}.json"));
            let other = Plan::read(&kept).ok();
            let last = other.as_ref().and_then(|other| Some((other, other.steps.last()?)));
            if last.is_none_or(|(other, last)| truth(other, last, &self.chain) == Truth::False) {
                return Err(JournalError::OtherPlan { path, found: format!("{plan:#x}") }.into());
            }
        }
        Ok(())
    }

    pub(crate) fn begin(&mut self, rehearsal: &Rehearsal) -> Result<(), Ending> {
        self.refuse_what_another_plan_left_unfinished()?;
        let (plan, target) = (self.plan, &self.session.target);
        let text = to_canonical_json(plan).map_err(JournalError::Encode)?;
        if let Some(journal) = &mut self.journal {
            journal.keep_plan(plan.content_hash, text.as_bytes())?;
        }
        if self.journal.is_some() {
            self.note(&[
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
    pub(crate) fn skip_what_is_true(&mut self) -> Result<(), Ending> {
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

    /// Appends records. What must be on the disk before something else happens is waited for where it does.
    pub(crate) fn note(&mut self, records: &[Record]) -> Result<(), Ending> {
        if let Some(journal) = self.journal.as_mut().filter(|_| !records.is_empty()) {
            let lines = journal.append(records)?;
            self.history.learn(journal.path(), lines);
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
}
