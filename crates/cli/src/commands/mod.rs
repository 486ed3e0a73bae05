//! One file a verb.

mod apply;
mod build;
mod cancel;
mod completions;
mod config;
mod deploy;
mod devnet;
mod explain;
mod init;
mod plan;
mod run;
mod stage;
mod status;
mod validate;
mod verify;

use crate::{
    args::Verb,
    context::Context,
    execution::{Act, act, conclude},
    planning::Workshop,
};
use payrox_execute::Selection;
use payrox_model::{BoxFault, ExitCode};
use payrox_plan::Plan;

/// Runs the verb.
pub(crate) async fn dispatch(verb: &Verb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        Verb::Init(args) => init::init(args, context),
        Verb::Config(verb) => config::config(verb, context),
        Verb::Build(args) => build::build(args, context),
        Verb::Plan(args) => plan::plan(args, context).await,
        Verb::Deploy(target) => deploy::deploy(target, context).await,
        Verb::Stage => stage::stage(context).await,
        Verb::Apply => apply::apply(context).await,
        Verb::Cancel => cancel::cancel(context).await,
        Verb::Run => run::run(context).await,
        Verb::Status => status::status(context).await,
        Verb::Verify(args) => verify::verify(args, context).await,
        Verb::Validate(args) => validate::validate(args, context),
        Verb::Devnet(args) => devnet::devnet(args, context).await,
        Verb::Explain(args) => explain::explain(args, context.printer),
        Verb::Completions(args) => Ok(completions::completions(args, context.printer)),
    }
}

/// A part of the run, from the plan that was written.
async fn slice(context: &Context<'_>, plan: &Plan, selection: Selection) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open(context)?;
    let connection = context.connect(&workshop.network)?;
    let result = act(&workshop, &connection, plan, &Act::Make(selection)).await?;
    Ok(conclude(context, result, None))
}
