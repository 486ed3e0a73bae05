//! `payrox cancel`.

use super::plan::read_plan;
use crate::{
    context::Context,
    execution::{Act, act, conclude},
    planning::Workshop,
};
use payrox_model::{BoxFault, ExitCode};

pub(crate) async fn cancel(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let plan = read_plan(context)?;
    let workshop = Workshop::open_to_act(context).await?;
    let connection = context.connect(&workshop.network)?;
    let result = act(&workshop, &connection, &plan, &Act::Cancel(None)).await?;
    Ok(conclude(context, result, None))
}
