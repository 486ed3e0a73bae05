//! `payrox run`: artifacts, plan, gates, execution, verification.

use super::plan::{changes, read_plan, summary};
use crate::{
    args::RunArgs,
    context::{Connection, Context},
    diamond::caveats,
    execution::{Act, act, conclude},
    fault::CliFault,
    planning::Workshop,
    rehearsals,
};
use payrox_execute::{Outcome, RunResult, Selection};
use payrox_model::{BoxFault, Check, Epoch, ExitCode, Finding, Manifest, Report, Severity, Verdict};
use payrox_plan::{Plan, PlanError, PlanOutcome};
use payrox_probe::{SILENT, Scope, Verification, verify_at};
use std::time::Instant;

pub(crate) async fn run(args: &RunArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let started = Instant::now();
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
    let Some(mut back) = plan.inverted()? else { return Err(CliFault::NoInverseRun.into()) };
    // It brings nothing: what the artifacts are meanwhile does not matter.
    back.artifacts_hash = workshop.artifacts.hash();
    back.content_hash = back.compute_content_hash().map_err(PlanError::from)?;
    tell(context, &back);
    let make = Act::Make(Selection::All);
    let result = act(workshop, connection, &back, &make).await?;
    if !matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo) {
        return Ok(conclude(workshop, &make, result, None).await);
    }
    let verified = verify_at(&connection.endpoint, &back, Scope::Everything, result.seen).await;
    Ok(conclude(workshop, &make, result, Some(&verified)).await)
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
