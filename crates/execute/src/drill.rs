//! The whole rehearsal: the plan, what stops a system and starts it again, and the way back, each with what it takes.

mod exercise;
mod routes;
mod strangers;

use crate::{
    Sandbox, after::Tracer, gates::GateError, mirror::Mirror, rehearse::Stage, truth::Truth, truth::truth,
};
use alloy_primitives::U256;
use payrox_chain::{Endpoint, Reasons};
use payrox_devnet::Devnet;
use payrox_model::ChainSnapshot;
use payrox_plan::{Effect, Inverse, Plan};
use payrox_validate::{Part, Rehearsed, RehearsedStep};
use std::collections::BTreeMap;

/// Where a rehearsal begins.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// Nothing is there.
    Empty,
    /// A copy of this embedded chain.
    Fork(&'a Devnet),
    /// As much of a remote chain as is touched, at the block of the snapshot.
    Remote(&'a Endpoint, &'a ChainSnapshot),
}

/// Rehearses. What fails is in the result.
///
/// # Errors
/// When the embedded chain itself, or the endpoint that it copies, fails.
pub async fn drill(plan: &Plan, place: Place<'_>, reasons: &Reasons) -> Result<Rehearsed, GateError> {
    match place {
        Place::Empty => on(plan, &Sandbox::empty(plan.chain_id), None, reasons).await,
        Place::Fork(devnet) => on(plan, &Sandbox::fork(devnet), None, reasons).await,
        Place::Remote(endpoint, chain) => {
            let sandbox = Sandbox::starting(plan.chain_id, Some(chain.timestamp));
            let mut mirror = Mirror::new(endpoint, chain.block);
            mirror.begin(&sandbox, plan, chain).await?;
            on(plan, &sandbox, Some(&mut mirror), reasons).await
        }
    }
}

async fn on(
    plan: &Plan,
    sandbox: &Sandbox,
    mirror: Option<&mut Mirror<'_>>,
    reasons: &Reasons,
) -> Result<Rehearsed, GateError> {
    let tracer = Tracer::new(plan, sandbox.devnet(), mirror.is_none());
    let whole = mirror.is_none();
    let mut drill =
        Drill { stage: Stage { plan, sandbox, mirror, reasons, tracer }, seen: Rehearsed::default() };
    let before = sandbox.devnet().storage_of(plan.addresses.router);
    if drill.forward().await? {
        drill.measure().await?;
        drill.strangers().await?;
        drill.exercise().await?;
        if drill.backward().await? {
            drill.compare(&before, whole);
        }
    }
    Ok(drill.seen)
}

/// A rehearsal that is on its way.
struct Drill<'a, 'm, 'e> {
    stage: Stage<'a, 'm, 'e>,
    seen: Rehearsed,
}

impl Drill<'_, '_, '_> {
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
            }
            let result = self.stage.send(step, call, &chain).await;
            let (gas, failure) = match result {
                Ok(gas) => (Some(gas), None),
                Err(GateError::Reverts { reason, .. }) => (None, Some(format!("it reverts: {reason}"))),
                Err(other) => return Err(other),
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
        self.seen.root = chain.dispatcher.as_ref().map(|d| d.active.root);
        Ok(self.seen.steps.iter().all(|step| step.failure.is_none()))
    }

    /// The plan's inverse, from where the plan leads; whether it led back.
    async fn backward(&mut self) -> Result<bool, GateError> {
        let plan = self.stage.plan;
        let (calls, names, root) = match &plan.inverse {
            Inverse::PauseAndFreeze { calls } => (calls, ["pause (way back)", "freeze (way back)"], None),
            Inverse::Rollback { calls, root, .. } => (calls, ["rollback", "rollback"], Some(*root)),
        };
        let chain = self.stage.look().await?;
        for (call, name) in calls.iter().zip(names) {
            let from = self.stage.sender(call.sender, &chain);
            match self.stage.call(from, call).await {
                Ok(executed) => self.note(name, Part::WayBack, Some(executed.gas), None),
                Err(reverted) => {
                    let why = format!("it reverts: {}", self.stage.reason(&reverted));
                    self.note(name, Part::WayBack, None, Some(why));
                    return Ok(false);
                }
            }
        }
        let after = self.stage.look().await?;
        let back = after.dispatcher.is_some_and(|d| match root {
            Some(root) => d.active.root == root,
            None => d.paused && d.frozen,
        });
        if let Some(last) = self.seen.steps.last_mut().filter(|_| !back) {
            last.failure = Some("it goes through and leads somewhere else".into());
        }
        Ok(back)
    }

    /// The router's storage then and now. The first release has nothing to go back to but silence.
    fn compare(&mut self, before: &BTreeMap<U256, U256>, whole: bool) {
        if matches!(self.stage.plan.inverse, Inverse::PauseAndFreeze { .. }) {
            return;
        }
        if !whole {
            self.seen.not_compared = Some("only what was touched was copied from the chain".into());
            return;
        }
        let after = self.stage.sandbox.devnet().storage_of(self.stage.plan.addresses.router);
        let zero = U256::ZERO;
        let slots: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
        self.seen.differences = slots
            .into_iter()
            .filter(|slot| before.get(*slot).unwrap_or(&zero) != after.get(*slot).unwrap_or(&zero))
            .map(|slot| format!("slot {slot:#066x} of the router"))
            .collect();
    }

    fn note(&mut self, name: &str, part: Part, gas: Option<payrox_model::Gas>, failure: Option<String>) {
        self.seen.steps.push(RehearsedStep { name: name.to_owned(), part, gas, failure });
    }
}
