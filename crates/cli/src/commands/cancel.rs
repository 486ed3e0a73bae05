//! `payrox cancel`.

use super::plan::read_plan;
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
    let plan = plan(context, &workshop, &connection).await?;
    let cancel = Act::Cancel(None);
    let result = act(&workshop, &connection, &plan, &cancel).await?;
    Ok(conclude(&workshop, &cancel, result, None).await)
}

/// Any plan of the system will do, for its addresses and roles: where the file is not at hand, the one that would be made now.
async fn plan(
    context: &Context<'_>,
    workshop: &Workshop<'_>,
    connection: &Connection,
) -> Result<Plan, BoxFault> {
    let missing = match read_plan(context) {
        Ok(plan) => return Ok(plan),
        Err(missing) => missing,
    };
    let chain = workshop.snapshot(connection).await?;
    match workshop.plan(connection, &chain).await? {
        PlanOutcome::Planned(plan) => Ok(plan),
        PlanOutcome::NoChanges { plan_id, .. } => {
            workshop.active_plan(connection, &chain, plan_id).await?.ok_or(missing)
        }
    }
}
