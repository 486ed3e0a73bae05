//! `payrox run`: artifacts, plan, gates, execution, verification.

use super::plan::{changes, no_plan, read_plan, summary};
use crate::{
    args::RunArgs,
    context::{Connection, Context},
    diamond::{caveats, routes},
    execution::{Act, act, conclude},
    fault::CliFault,
    planning::Workshop,
    rehearsals,
};
use payrox_execute::{Outcome, Refusal, RunResult, Selection};
use payrox_journal::{History, Identity};
use payrox_model::{
    BoxFault, Check, Epoch, ExitCode, Finding, Manifest, Report, Severity, Verdict, text::escape,
};
use payrox_plan::{Effect, Plan, PlanOutcome};
use payrox_probe::{
    SILENT, Scope, Verification,
    adopt::{Served, served},
    verify_at,
};
use std::time::Instant;

pub(crate) async fn run(args: &RunArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let started = Instant::now();
    if context.args.plan.is_some() && !context.plan_file().exists() {
        return Err(no_plan(context).into());
    }
    let make = Act::Make(Selection::All);
    let workshop = Workshop::open_to_act(context).await?;
    let connection = context.connect(&workshop.network)?;
    if args.inverse {
        return back(&workshop, &connection).await;
    }
    let chain = workshop.snapshot(&connection).await?;
    workshop.refuse_an_unknown_state(&chain)?;
    let plan = match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => {
            workshop.refuse_another_than_named(|named| named.content_hash == plan.content_hash)?;
            workshop.write(&plan)?;
            tell(context, &plan);
            plan
        }
        PlanOutcome::NoChanges { addresses, epoch, plan_id } => {
            workshop.refuse_another_than_named(|named| named.plan_id == plan_id)?;
            let Some(plan) = workshop.active_plan(&connection, &chain, plan_id).await? else {
                // The logs do not reach back: the plan cannot be had, and what is served is not compared with it.
                let active =
                    chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active).unwrap_or_default();
                let manifest = chain.router.as_ref().and_then(|r| Manifest::decode(&r.manifest).ok());
                let network = &workshop.network;
                let result = RunResult {
                    facets: manifest.as_ref().map_or(0, |manifest| manifest.facets().len()),
                    routes: manifest.as_ref().map_or(0, |manifest| manifest.routes().len()),
                    epoch,
                    root: active.root,
                    duration_ms: started.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
                    ..RunResult::without_plan(&network.name, network.chain_id, addresses, plan_id)
                };
                let unverified = unverified(chain.block, epoch);
                return Ok(conclude(&workshop, &make, result, Some(&unverified)).await);
            };
            workshop.keep(&plan)?;
            plan
        }
    };
    let result = act(&workshop, &connection, &plan, &make).await?;
    if let Some(compared) = rehearsals::compare(context, &plan, &result) {
        context.printer.notice(&compared);
    }
    if !matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo) {
        return Ok(conclude(&workshop, &make, result, None).await);
    }
    let verified = verify_at(&connection.endpoint, &plan, Scope::Everything, result.seen).await;
    Ok(conclude(&workshop, &make, result, Some(&verified)).await)
}

/// Takes the last plan back, through everything that a plan goes through. The plan's file stays: run again, it has nothing to do.
async fn back(workshop: &Workshop<'_>, connection: &Connection) -> Result<ExitCode, BoxFault> {
    let context = workshop.context;
    let plan = read_plan(context)?;
    let Some(back) = plan.inverted()? else { return Err(CliFault::NoInverseRun.into()) };
    refuse_what_was_never_run_here(workshop, connection, &plan).await?;
    tell(context, &back);
    let result = act(workshop, connection, &back, &Act::Back).await?;
    if !matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo) {
        return Ok(conclude(workshop, &Act::Back, result, None).await);
    }
    let verified = verify_at(&connection.endpoint, &back, Scope::Everything, result.seen).await;
    Ok(conclude(workshop, &Act::Back, result, Some(&verified)).await)
}

/// No project makes the state that a plan began with: whoever can write the plan's file could name any. The diamond's own events say
/// what it served; where they cannot be known, and for which of its earlier states it is, the project's journal.
async fn refuse_what_was_never_run_here(
    workshop: &Workshop<'_>,
    connection: &Connection,
    plan: &Plan,
) -> Result<(), BoxFault> {
    let (context, network) = (workshop.context, &workshop.network);
    let Some(part) = &plan.diamond else { return Ok(()) };
    if plan.chain_id != network.chain_id {
        let (plan, network) = (plan.chain_id, network.chain_id);
        return Err(Refusal::OtherChain { plan, network }.into());
    }
    let path = escape(&context.plan_file().display().to_string());
    if !workshop.is_of_this_diamond(plan) || workshop.addresses()? != plan.addresses {
        let network = network.name.to_string();
        return Err(CliFault::ForeignPlan { path, network, differs: "its addresses" }.into());
    }
    let chain = workshop.snapshot(connection).await?;
    let identity = Identity { chain_id: plan.chain_id, system: plan.addresses.dispatcher };
    let run_here = History::read(context.folder(), identity)?.cleared(plan.content_hash);
    let live = chain.diamond.as_ref().map(|diamond| &diamond.routes);
    let cuts = plan.steps.iter().filter(|step| matches!(step.effect, Effect::Cut { .. })).count();
    let before = routes(&part.before);
    let why = match served(&connection.endpoint, part.address, chain.block, &before, cuts).await {
        Ok(seen) if live == Some(&seen.now) => match seen {
            Served { lately: true, .. } => return Ok(()),
            Served { ever: true, .. } if run_here => return Ok(()),
            _ => "the diamond's events say that it served something else".to_owned(),
        },
        _ if run_here => return Ok(()),
        Ok(_) => "the diamond's events do not add up to what it serves".to_owned(),
        Err(why) => format!("the diamond's events cannot be read: {}", escape(&why)),
    };
    Err(CliFault::NotRunHere { path, network: network.name.to_string(), why }.into())
}

/// What is served is what was asked for by the planner's word alone: nothing was compared, and that is no pass.
fn unverified(block: u64, epoch: Epoch) -> Verification {
    let check = Check {
        name: "system".into(),
        verdict: Verdict::Unknown,
        summary: "not looked at".into(),
        findings: vec![Finding {
            code: SILENT,
            severity: Severity::Error,
            subject: "the active plan".into(),
            evidence: "no file of the project has it, and the endpoint's logs do not reach back to it".into(),
            hint: Some("put its journal/<chain-id>/plans back, or pass --rpc-url of an archive node".into()),
        }],
    };
    Verification {
        report: Report { checks: vec![check] },
        block: Some(block),
        epoch: Some(epoch),
        trouble: None,
    }
}

/// What the plan changes, before anything is done about it.
fn tell(context: &Context<'_>, plan: &Plan) {
    let paint = context.printer.paint();
    let what =
        if plan.epoch.0 == 1 { String::new() } else { format!("\n{}\n", changes(&plan.changes, paint)) };
    context.printer.result(&format!("{}\n{what}{}\n", summary(plan), caveats(plan)));
}
