//! The whole rehearsal: the plan, what stops a system and starts it again, and the way back, each with what it takes.

mod compare;
mod exercise;
mod routes;
mod strangers;

use crate::{
    Move, Sandbox, adopted, after::Tracer, forked, gates::GateError, rehearse::Stage, sandbox::Reverted,
    truth::Truth, truth::truth,
};
use alloy_primitives::Address;
use payrox_chain::{Endpoint, Reasons};
use payrox_devnet::{Change, Devnet, Executed, Fork};
use payrox_model::ChainSnapshot;
use payrox_plan::{Call, Effect, Inverse, Plan};
use payrox_validate::{Part, Rehearsed, RehearsedStep};
use std::{
    iter,
    time::{Duration, Instant},
};

/// Where a rehearsal begins.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// Nothing is there.
    Empty,
    /// A copy of this embedded chain.
    Fork(&'a Devnet),
    /// A fork of a remote chain at the block of the snapshot.
    Remote(&'a Endpoint, &'a ChainSnapshot),
    /// This fork, of the chain that the snapshot is of.
    Forked(&'a Fork, &'a ChainSnapshot),
}

/// A rehearsal, and what each of its transactions did.
#[derive(Clone, Debug, Default)]
pub struct WholeRehearsal {
    /// What it came to.
    pub rehearsed: Rehearsed,
    /// The transactions that went through, in order: as many as steps of [`Rehearsed`] with gas.
    pub done: Vec<Done>,
    /// What is other than before after the way back, by account: what is meant to be so, too.
    pub left: Vec<Change>,
}

/// A transaction of a rehearsal.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its step.
    pub name: String,
    /// How long its execution took here, with what had to be read for it.
    pub took: Duration,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// Rehearses. What fails is in the result.
///
/// # Errors
/// When the embedded chain itself, or the endpoint that it copies, fails.
pub async fn drill(plan: &Plan, place: Place<'_>, reasons: &Reasons) -> Result<Rehearsed, GateError> {
    Ok(rehearse_whole(plan, place, reasons).await?.rehearsed)
}

/// The same, with what each transaction did.
///
/// # Errors
/// As [`drill`].
pub async fn rehearse_whole(
    plan: &Plan,
    place: Place<'_>,
    reasons: &Reasons,
) -> Result<WholeRehearsal, GateError> {
    let sandbox = match place {
        Place::Empty => Sandbox::empty(plan.chain_id),
        Place::Fork(devnet) => Sandbox::fork(devnet),
        Place::Remote(endpoint, chain) => {
            let fork = forked::fork(endpoint, chain).await?;
            forked::sandbox(&fork, plan, chain).await?
        }
        Place::Forked(fork, chain) => forked::sandbox(fork, plan, chain).await?,
    };
    let before = sandbox.devnet().fork();
    let tracer = Tracer::new(plan, sandbox.devnet(), sandbox.is_whole());
    let stage = Stage { plan, sandbox: &sandbox, reasons, tracer };
    let mut drill = Drill { stage, seen: Rehearsed::default(), done: Vec::new(), adopted_from: None };
    drill.measure_deployed().await?;
    if drill.forward().await? {
        drill.look_around().await?;
        if drill.backward().await? && drill.give_back().await? {
            drill.compare(&before).await?;
        }
    }
    let left = sandbox.devnet().changes_since(&before);
    Ok(WholeRehearsal { rehearsed: drill.seen, done: drill.done, left })
}

/// A rehearsal that is on its way.
struct Drill<'a> {
    stage: Stage<'a>,
    seen: Rehearsed,
    done: Vec<Done>,
    /// Where a proxy pointed before it was adopted.
    adopted_from: Option<Address>,
}

impl Drill<'_> {
    /// Everything that is tried with the plan live, on a copy: the way back begins where the plan ends, paused or not.
    async fn look_around(&mut self) -> Result<(), GateError> {
        let Stage { plan, sandbox, reasons, .. } = self.stage;
        let copy = Sandbox::fork(sandbox.devnet());
        let tracer = Tracer::new(plan, copy.devnet(), copy.is_whole());
        let stage = Stage { plan, sandbox: &copy, reasons, tracer };
        let (seen, done) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.done));
        let mut aside = Drill { stage, seen, done, adopted_from: None };
        aside.unpause().await?;
        aside.measure().await?;
        aside.strangers().await?;
        // A diamond has nothing that stops it but what its own facets have.
        if plan.diamond.is_none() {
            aside.exercise().await?;
        }
        (self.seen, self.done) = (aside.seen, aside.done);
        Ok(())
    }

    /// The steps of the plan; whether it is active then.
    async fn forward(&mut self) -> Result<bool, GateError> {
        let plan = self.stage.plan;
        let mut chain = self.stage.look().await?;
        for step in &plan.steps {
            if matches!(truth(plan, step, &chain), Truth::True(_)) {
                continue;
            }
            let Some(call) = &step.call else { continue };
            if matches!(step.effect, Effect::Active) {
                chain = self.stage.look().await?;
                self.stage.skip_to_eta(&chain)?;
                if let Some((way, was)) = adopted::needed(self.stage.sandbox, plan).await? {
                    self.adopted_from = Some(was);
                    if !self.point("adopt", Part::Plan, &way).await? {
                        return Ok(false);
                    }
                }
            }
            let from = self.stage.sender(call.sender, &chain);
            let result = self.transact(&step.name, from, call).await;
            let (gas, failure) = match result {
                Ok(executed) => (Some(executed.gas), None),
                Err(reverted) => (None, Some(self.reverts(reverted)?)),
            };
            let failed = failure.is_some();
            self.note(&step.name, Part::Plan, gas, failure);
            if failed {
                return Ok(false);
            }
        }
        chain = self.stage.look().await?;
        for step in &plan.steps {
            let why = match truth(plan, step, &chain) {
                Truth::True(_) => continue,
                Truth::False => "it goes through and is not true afterwards".to_owned(),
                Truth::Never(why) => format!("it cannot become true: {why}"),
            };
            match self.seen.steps.iter_mut().find(|seen| seen.name == step.name) {
                Some(seen) => seen.failure = Some(why),
                None => self.note(&step.name, Part::Plan, None, Some(why)),
            }
        }
        let served = chain.diamond.as_ref().map(|diamond| diamond.root());
        self.seen.root = served.or_else(|| chain.dispatcher.as_ref().map(|d| d.active.root));
        Ok(self.seen.steps.iter().all(|step| step.failure.is_none()))
    }

    /// The plan's inverse, from where the plan leads; whether it led back.
    async fn backward(&mut self) -> Result<bool, GateError> {
        let plan = self.stage.plan;
        let (calls, names, root) = match &plan.inverse {
            Inverse::PauseAndFreeze { calls } => (calls, ["pause (way back)", "freeze (way back)"], None),
            Inverse::Rollback { calls, root, .. } => (calls, ["rollback", "rollback"], Some(*root)),
            Inverse::CutBack { calls, root, .. } => (calls, ["cut back", "cut back on"], Some(*root)),
        };
        let chain = self.stage.look().await?;
        let [first, rest] = names;
        for (call, name) in calls.iter().zip(iter::once(first).chain(iter::repeat(rest))) {
            let from = self.stage.sender(call.sender, &chain);
            match self.transact(name, from, call).await {
                Ok(executed) => self.note(name, Part::WayBack, Some(executed.gas), None),
                Err(reverted) => {
                    let why = self.reverts(reverted)?;
                    self.note(name, Part::WayBack, None, Some(why));
                    return Ok(false);
                }
            }
        }
        let after = self.stage.look().await?;
        let cut_back = after.diamond.as_ref().is_some_and(|diamond| Some(diamond.root()) == root);
        let back = cut_back
            || after.dispatcher.is_some_and(|d| match root {
                Some(root) => d.active.root == root,
                None => d.paused && d.frozen,
            });
        if let Some(last) = self.seen.steps.last_mut().filter(|_| !back) {
            last.failure = Some("it goes through and leads somewhere else".into());
        }
        Ok(back)
    }

    /// Points a proxy somewhere; whether that went through.
    async fn point(&mut self, name: &str, part: Part, way: &Move) -> Result<bool, GateError> {
        match self.transact(name, way.from, &way.call()).await {
            Ok(executed) => {
                self.note(name, part, Some(executed.gas), None);
                Ok(true)
            }
            Err(reverted) => {
                let why = self.reverts(reverted)?;
                self.note(name, part, None, Some(why));
                Ok(false)
            }
        }
    }

    /// A proxy that was adopted here goes back to what it served.
    async fn give_back(&mut self) -> Result<bool, GateError> {
        let Some(was) = self.adopted_from else { return Ok(true) };
        let proxy = self.stage.plan.system.proxy;
        let way = adopted::way(&self.stage.sandbox.endpoint(), proxy, was).await;
        let way = way.map_err(|e| GateError::Sandbox { why: e.to_string() })?;
        self.point("give back", Part::WayBack, &way).await
    }

    /// Executes, and takes down what it did.
    async fn transact(&mut self, name: &str, from: Address, call: &Call) -> Result<Executed, Reverted> {
        let (before, begun) = (self.stage.sandbox.devnet().fork(), Instant::now());
        let executed = self.stage.call(from, call).await?;
        let took = begun.elapsed();
        let changes = self.stage.sandbox.devnet().changes_since(&before);
        self.done.push(Done { name: name.to_owned(), took, changes });
        Ok(executed)
    }

    fn reverts(&self, reverted: Reverted) -> Result<String, GateError> {
        match reverted.unread {
            true => Err(GateError::Fork { why: reverted.text }),
            false => Ok(format!("it reverts: {}", self.stage.reason(&reverted))),
        }
    }

    fn note(&mut self, name: &str, part: Part, gas: Option<payrox_model::Gas>, failure: Option<String>) {
        self.seen.steps.push(RehearsedStep { name: name.to_owned(), part, gas, failure });
    }
}
