//! `payrox apply`.

use super::{plan::read_plan, slice};
use crate::context::Context;
use payrox_execute::Selection;
use payrox_model::{BoxFault, ExitCode};

pub(crate) async fn apply(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    slice(context, &read_plan(context)?, Selection::Apply).await
}
