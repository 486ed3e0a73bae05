//! Removing what is pending.

use crate::{
    Event, Outcome, PlannedCall, Refusal, RunResult, Selection, Session, StepOutcome, StepResult,
    ending::Ending,
    engine::Run,
    gates::{self, Cancellation},
    roles,
    wave::Item,
};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use payrox_chain::CallRequest;
use payrox_journal::{CANCEL, Record};
use payrox_model::{PlanId, abi::IManifestDispatcher};
use payrox_plan::{Plan, Sender};
use std::time::Instant;

/// Removes the pending plan; with `None` whichever it is. `plan` names the system.
pub async fn cancel(session: &Session<'_>, plan: &Plan, pending: Option<PlanId>) -> RunResult {
    let started = Instant::now();
    let selection = Selection::Facets(Vec::new());
    let mut result = RunResult::of(plan, &session.target);
    match Run::new(session, plan, &selection) {
        Ok(mut run) => {
            run.steps.clear();
            let ended = through(&mut run, pending).await;
            run.finish(ended, started)
        }
        Err(refusal) => {
            result.end(Err(refusal.into()));
            result
        }
    }
}

async fn through(run: &mut Run<'_>, wanted: Option<PlanId>) -> Result<Outcome, Ending> {
    run.open_journal()?;
    // Nothing that an earlier run left holds up a cancellation.
    if let Err(ending) = run.settle_what_an_earlier_run_left().await {
        run.tell(Event::Warned { what: ending.stopped.message });
    }
    run.look().await?;
    let dispatcher = run.plan.addresses.dispatcher;
    let found = run.chain.dispatcher.as_ref().and_then(|d| d.pending);
    let Some(plan_id) = found.map(|pending| pending.plan_id) else { return Ok(Outcome::NothingToDo) };
    run.result.cancels = Some(plan_id);
    if wanted.is_some_and(|wanted| wanted != plan_id) {
        return Err(Refusal::OtherPlanPending { pending: plan_id }.into());
    }
    let who = roles::allowed(run.plan, Sender::Guardian, &run.chain);
    let data = IManifestDispatcher::cancelCall { planId: plan_id.0 }.abi_encode();
    let Some(from) = roles::choose(run.plan, Sender::Guardian, &run.chain, run.session.keyring) else {
        say(run, StepOutcome::Pending, who.clone(), data);
        return Err(Refusal::NoKey { step: CANCEL.into(), who }.into());
    };
    let call = CallRequest { from: Some(from), ..CallRequest::view(dispatcher, data.clone()) };
    let cancellation = Cancellation { plan_id, call };
    let cleared = gates::clear_cancellation(&cancellation, run.session.endpoint, run.session.reasons).await?;
    if !run.session.broadcast {
        run.write_down_unsigned(&[Item::cancel(&cleared, from)]).await?;
        say(run, StepOutcome::Planned, who, data);
        return Ok(Outcome::Planned);
    }
    run.note(&[Record::Run {
        command: CANCEL.into(),
        network: run.session.target.name.clone(),
        plan: run.plan.content_hash,
        plan_id,
        epoch: run.plan.epoch,
    }])?;
    run.begun = true;
    // A wave that met earlier transactions of its sender has only waited for them.
    while let Some(found) = run.chain.dispatcher.as_ref().and_then(|d| d.pending) {
        if found.plan_id != plan_id {
            return Err(Refusal::OtherPlanPending { pending: found.plan_id }.into());
        }
        run.may_go_on()?;
        run.send(&[Item::cancel(&cleared, from)]).await?;
    }
    Ok(Outcome::Complete)
}

fn say(run: &mut Run<'_>, outcome: StepOutcome, from: Vec<alloy_primitives::Address>, data: Vec<u8>) {
    let call = PlannedCall { from, to: run.plan.addresses.dispatcher, value: U256::ZERO, data: data.into() };
    let (name, reason) = (CANCEL.to_owned(), None);
    run.result.steps.push(StepResult { name, outcome, tx: None, gas_used: None, reason, call: Some(call) });
}
