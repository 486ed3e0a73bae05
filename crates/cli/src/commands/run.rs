//! `payrox run`: artifacts, plan, gates, execution, verification.

use super::plan::{changes, summary};
use crate::{
    context::Context,
    execution::{Act, act, conclude},
    planning::Workshop,
};
use payrox_execute::{Outcome, Selection};
use payrox_model::{BoxFault, ExitCode};
use payrox_plan::{Plan, PlanOutcome};
use payrox_probe::{Scope, verify};

pub(crate) async fn run(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open(context)?;
    let connection = context.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    let plan = match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => {
            workshop.write(&plan)?;
            tell(context, &plan);
            plan
        }
        PlanOutcome::NoChanges { plan_id, epoch, .. } => {
            let Some(plan) = workshop.active_plan(&connection, &chain, plan_id).await? else {
                // The logs do not reach back: the plan cannot be had, and what is served is not compared with it.
                return Ok(super::plan::no_changes(context, &workshop, plan_id, epoch));
            };
            workshop.keep(&plan)?;
            plan
        }
    };
    let result = act(&workshop, &connection, &plan, &Act::Make(Selection::All)).await?;
    if !matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo) {
        return Ok(conclude(context, result, None));
    }
    let verified = verify(&connection.endpoint, &plan, Scope::Everything).await;
    Ok(conclude(context, result, Some(&verified.report)))
}

/// What the plan changes, before anything is done about it.
fn tell(context: &Context<'_>, plan: &Plan) {
    let paint = context.printer.paint();
    let what =
        if plan.epoch.0 == 1 { String::new() } else { format!("\n{}\n", changes(&plan.changes, paint)) };
    context.printer.result(&format!("{}\n{what}\n", summary(plan)));
}
