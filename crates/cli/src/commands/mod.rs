//! One file a verb.

mod adopt;
mod apply;
mod backup;
mod build;
mod cancel;
mod ci;
mod completions;
mod config;
mod deploy;
mod devnet;
mod doctor;
mod explain;
mod init;
mod man;
mod nonce;
mod notify;
mod parity;
mod plan;
mod probe;
mod rehearse;
mod release;
mod review;
mod run;
mod stage;
mod status;
mod validate;
mod verify;

pub(crate) use plan::no_plan;

use crate::{
    args::Verb,
    context::{Connection, Context},
    diamond,
    execution::{Act, act, conclude},
    fault::CliFault,
    planning::Workshop,
};
use payrox_execute::Selection;
use payrox_model::{BoxFault, Epoch, ExitCode, text::escape};
use payrox_plan::{Plan, PlanOutcome};

/// Runs the verb.
pub(crate) async fn dispatch(verb: &Verb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    if context.args.offline && !verb.forks() {
        return Err(CliFault::Usage {
            text: "--offline is for what works on a fork".into(),
            hint: Some("rehearse, parity, validate --phase parity, and devnet with --fork-url".into()),
        }
        .into());
    }
    match verb {
        Verb::Init(args) => init::init(args, context),
        Verb::Adopt(args) => adopt::adopt(args, context).await,
        Verb::Config(verb) => config::config(verb, context),
        Verb::Build(args) => build::build(args, context),
        Verb::Plan(args) => plan::plan(args, context).await,
        Verb::Review(args) => review::review(args, context).await,
        Verb::Deploy(target) => deploy::deploy(target, context).await,
        Verb::Stage => stage::stage(context).await,
        Verb::Apply => apply::apply(context).await,
        Verb::Cancel => cancel::cancel(context).await,
        Verb::Run(args) => run::run(args, context).await,
        Verb::Status => status::status(context).await,
        Verb::Nonce(args) => nonce::nonce(args, context).await,
        Verb::Verify(args) => verify::verify(args, context).await,
        Verb::Release(verb) => release::release(verb, context).await,
        Verb::Validate(args) => validate::validate(args, context).await,
        Verb::Rehearse(args) => rehearse::rehearse(args, context).await,
        Verb::Probe(verb) => probe::probe(verb, context).await,
        Verb::Parity(args) => parity::parity(args, context).await,
        Verb::Notify(verb) => notify::notify(verb, context).await,
        Verb::Devnet(args) => devnet::devnet(args, context).await,
        Verb::Doctor => doctor::doctor(context).await,
        Verb::Backup(verb) => backup::backup(verb, context).await,
        Verb::Ci(args) => Ok(ci::ci(args, context.printer)),
        Verb::Explain(args) => explain::explain(args, context.printer),
        Verb::Completions(args) => Ok(completions::completions(args, context.printer)),
        Verb::Man(args) => man::man(args, context.printer),
    }
}

/// A part of the run, from the plan that was written.
async fn slice(context: &Context<'_>, plan: &Plan, selection: Selection) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open_to_act(context).await?;
    let connection = context.connect(&workshop.network)?;
    refuse_a_foreign_plan(&workshop, &connection, plan).await?;
    let make = Act::Make(selection);
    let result = act(&workshop, &connection, plan, &make).await?;
    Ok(conclude(&workshop, &make, result, None).await)
}

/// Whoever can write a plan's file can seal it again. Its parts follow from each other; that they follow from project,
/// network and artifacts shows only when those make the same plan. What is stale is refused later, with its own reason.
async fn refuse_a_foreign_plan(
    workshop: &Workshop<'_>,
    connection: &Connection,
    plan: &Plan,
) -> Result<(), BoxFault> {
    let (context, network) = (workshop.context, &workshop.network);
    if plan.chain_id != network.chain_id || plan.artifacts_hash != workshop.artifacts.hash() {
        return Ok(());
    }
    let foreign = |differs| {
        let path = escape(&context.plan_file().display().to_string());
        Err(CliFault::ForeignPlan { path, network: network.name.to_string(), differs }.into())
    };
    if workshop.addresses()? != plan.addresses {
        return foreign("its addresses");
    }
    if let Some(part) = plan.diamond.as_ref().filter(|_| diamond::is_for_one(&workshop.project)) {
        let mut chain = workshop.diamond_beside(connection, &part.before).await?;
        let live = chain.diamond.as_ref().map(|diamond| diamond.root()).unwrap_or_default();
        // Whatever is left to be cut leads to the plan's end: from each state before that, it is one that the project makes.
        if live == plan.root || !diamond::states(plan).contains(&live) {
            return Ok(());
        }
        if let Some(diamond) = &mut chain.diamond {
            diamond.routes = diamond::routes(&part.before);
        }
        return match workshop.diamond_plan(&chain) {
            Ok(made) if made.plan_id == plan.plan_id => Ok(()),
            Err(why) if live.0 == plan.parent.0 => Err(why),
            _ => foreign("its routes or code"),
        };
    }
    let chain = workshop.snapshot(connection).await?;
    let active = chain.dispatcher.as_ref().map(|d| d.active).unwrap_or_default();
    if (plan.epoch, plan.parent) != (Epoch(active.epoch.0 + 1), active.plan_id) {
        return Ok(());
    }
    match workshop.plan(connection, &chain).await? {
        PlanOutcome::Planned(made) if made.plan_id == plan.plan_id => Ok(()),
        _ => foreign("its routes, code or bounds"),
    }
}
