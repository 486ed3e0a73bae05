//! `payrox plan`, and what reads a plan.

mod diff;
mod show;

pub(crate) use diff::changes;

use crate::{
    adopted,
    args::{PlanArgs, PlanVerb},
    context::Context,
    diamond::{caveats, is_for_one},
    fault::CliFault,
    planning::Workshop,
};
use payrox_files::FileError;
use payrox_model::{
    BoxFault, Epoch, ExitCode, PlanId,
    text::{counted, escape},
    version,
};
use payrox_plan::{Change, Plan, PlanOutcome, ReadError};
use serde_json::json;

pub(crate) async fn plan(args: &PlanArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match &args.verb {
        None => make(context).await,
        Some(PlanVerb::Show(args)) => show::show(args, context),
        Some(PlanVerb::Diff(args)) => diff::diff(args, context).await,
    }
}

/// The plan that `payrox plan` wrote.
pub(crate) fn read_plan(context: &Context<'_>) -> Result<Plan, BoxFault> {
    let file = context.plan_file();
    match Plan::read(&file) {
        Err(ReadError::File(FileError::Missing { .. })) => Err(no_plan(context).into()),
        read => Ok(read?),
    }
}

/// That there is none where it should lie.
pub(crate) fn no_plan(context: &Context<'_>) -> CliFault {
    let path = escape(&context.plan_file().display().to_string());
    CliFault::NoPlan { path, next: context.command("plan"), named: context.args.plan.is_some() }
}

async fn make(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open(context)?;
    let connection = context.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    let plan = match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => plan,
        PlanOutcome::NoChanges { plan_id, epoch, .. } => {
            if let Some(active) = workshop.active_plan(&connection, &chain, plan_id).await? {
                workshop.keep(&active)?;
                if active.diamond.is_some()
                    && let Err(error) =
                        workshop.diamond_plan(&chain).and_then(|same| adopted::keep(&workshop, &same))
                {
                    context.printer.warn(&format!("what the facets are is not kept: {error}"));
                }
            }
            return Ok(no_changes(context, &workshop, plan_id, epoch));
        }
    };
    workshop.write(&plan)?;
    let file = escape(&context.plan_file().display().to_string());
    let paint = context.printer.paint();
    let shown =
        if plan.epoch.0 == 1 { String::new() } else { format!("\n{}\n", changes(&plan.changes, paint)) };
    context.printer.result(&format!(
        "{}\n{shown}{}\nplan  {}\nroot  {}\nfile  {file}\n\nnext: {}",
        summary(&plan),
        caveats(&plan),
        plan.plan_id,
        plan.root,
        context.command("plan show")
    ));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": "planned",
        "network": plan.network,
        "chainId": plan.chain_id,
        "facets": plan.facets.len(),
        "routes": plan.routes.len(),
        "addresses": plan.addresses,
        "epoch": plan.epoch,
        "root": plan.root,
        "planId": plan.plan_id,
        "changes": plan.changes,
        "unlocked": plan.unlocked,
        "costs": plan.costs,
        "file": file,
    }));
    Ok(ExitCode::Ok)
}

/// The chain serves exactly what the project says.
fn no_changes(context: &Context<'_>, workshop: &Workshop<'_>, plan_id: PlanId, epoch: Epoch) -> ExitCode {
    let network = &workshop.network;
    let what = match network.diamond.filter(|_| is_for_one(&workshop.project)) {
        Some(diamond) => format!("the diamond {diamond}"),
        None => format!("epoch {epoch}"),
    };
    context
        .printer
        .result(&format!("no changes: {what} on {} serves exactly this\n\nplan  {plan_id}", network.name));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": "nothing_to_do",
        "network": network.name,
        "chainId": network.chain_id,
        "epoch": epoch,
        "planId": plan_id,
    }));
    ExitCode::Ok
}

/// `payments on local (chain 31338): epoch 1, 13 facets, 71 routes; 71 added`.
pub(crate) fn summary(plan: &Plan) -> String {
    let what = match &plan.diamond {
        Some(part) => format!("diamond {}", part.address),
        None => format!("epoch {}", plan.epoch),
    };
    format!(
        "{} on {} (chain {}): {what}, {}, {}; {}",
        plan.system.name,
        plan.network,
        plan.chain_id,
        counted(plan.facets.len(), "facet"),
        counted(plan.routes.len(), "route"),
        counts(&plan.changes)
    )
}

fn counts(changes: &[Change]) -> String {
    let mut counts = [(0, "removed"), (0, "replaced"), (0, "with other flags"), (0, "added")];
    for change in changes {
        let kind = match change {
            Change::Removed { .. } => 0,
            Change::Replaced { .. } => 1,
            Change::Flags { .. } => 2,
            Change::Added { .. } => 3,
        };
        counts[kind].0 += 1;
    }
    let some: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if some.is_empty() { "no function changes".into() } else { some.join(", ") }
}
