//! `payrox cancel`.

use super::plan::no_plan;
use crate::{
    context::{Connection, Context},
    diamond,
    execution::{Act, act, conclude},
    planning::Workshop,
};
use payrox_model::{BoxFault, ExitCode};
use payrox_plan::{Plan, PlanOutcome};

pub(crate) async fn cancel(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open_to_stop(context).await?;
    diamond::refuse(&workshop.project, "cancel")?;
    let connection = context.connect(&workshop.network)?;
    let plan = plan(&workshop, &connection).await?;
    let cancel = Act::Cancel(None);
    let result = act(&workshop, &connection, &plan, &cancel).await?;
    Ok(conclude(&workshop, &cancel, result, None).await)
}

/// Any plan of the system will do, for its addresses and roles: where no file has one, the one that would be made now.
async fn plan(workshop: &Workshop<'_>, connection: &Connection) -> Result<Plan, BoxFault> {
    let chain = workshop.snapshot(connection).await?;
    let addresses = workshop.addresses()?;
    if let Some(plan) = workshop.kept_plans().find(|plan| plan.addresses == addresses) {
        return Ok(plan);
    }
    match workshop.plan(connection, &chain).await? {
        PlanOutcome::Planned(plan) => Ok(plan),
        PlanOutcome::NoChanges { plan_id, .. } => {
            let active = workshop.active_plan(connection, &chain, plan_id).await?;
            active.ok_or_else(|| no_plan(workshop.context).into())
        }
    }
}
