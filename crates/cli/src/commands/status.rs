//! `payrox status`: what is live, what waits and until when, and the next safe command.

use crate::{
    context::{Connection, Context},
    diamond::{owner, standing},
    moment,
    planning::Workshop,
    printer::Tone,
    table::pairs,
};
use payrox_chain::{DiamondQuery, SnapshotQuery, diamond_snapshot, snapshot};
use payrox_config::Network;
use payrox_files::FileError;
use payrox_model::{
    BoxFault, ChainSnapshot, DispatcherState, ExitCode,
    text::{counted, escape},
    version,
};
use payrox_plan::{OnchainPlan, Plan, ReadError, Standing};
use payrox_probe::staged_plan;
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// A point in time that something waits for.
#[derive(Serialize)]
pub(crate) struct Countdown {
    pub(crate) what: &'static str,
    pub(crate) at: u64,
    pub(crate) left: u64,
}

/// What to do next, and why.
pub(crate) struct Next {
    pub(crate) why: String,
    pub(crate) command: String,
    /// It comes first, whatever the plan is of.
    pub(crate) first: bool,
}

impl Next {
    /// The same where the plan's file is of another config: what is said of the plan is not said of this one.
    fn of(self, context: &Context<'_>, made_from_this: Option<bool>) -> Self {
        if made_from_this != Some(false) {
            return self;
        }
        let (plan, config) = (context.plan_file(), context.project_file());
        let shown = |path: &Path| escape(&path.display().to_string());
        let why = format!(
            "{} was made from other contracts than {} names now: {}",
            shown(&plan),
            shown(&config),
            self.why
        );
        let command = if self.first { self.command } else { context.command("plan") };
        Self { why, command, ..self }
    }
}

/// Whether the plan is of the contracts that the project file names, as they are built now; nothing where that cannot be read.
fn made_from_this(context: &Context<'_>, plan: &Plan) -> Option<bool> {
    let workshop = Workshop::open(context).ok()?;
    Some(workshop.artifacts.hash() == plan.artifacts_hash && *workshop.project.name == plan.system.name)
}

pub(crate) async fn status(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let network = context.network()?;
    let plan = match Plan::read(&context.plan_file()) {
        Ok(plan) => plan,
        Err(ReadError::File(FileError::Missing { .. })) => return Ok(nothing_planned(context, &network)),
        Err(error) => return Err(error.into()),
    };
    let connection = context.connect(&network)?;
    context.is_meant(&network, &connection.endpoint).await?;
    if plan.diamond.is_some() {
        return diamond(context, &network, &plan, &connection).await;
    }
    let query = SnapshotQuery {
        addresses: plan.facets.iter().map(|f| f.address).collect(),
        dispatcher: plan.addresses.dispatcher,
        router: plan.addresses.router,
    };
    let chain = snapshot(&connection.endpoint, &query).await?;
    // Time passes on the embedded chain without a block.
    let now = connection.devnet.as_ref().map_or(chain.timestamp, |devnet| devnet.now());
    let countdowns = countdowns(&plan, &chain, &connection, now).await?;
    let made = made_from_this(context, &plan);
    let next = next(context, &plan, &chain, now).of(context, made);
    context.printer.result(&shown(context, &network, &plan, &chain, &countdowns, &next, now));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "network": network.name,
        "chainId": network.chain_id,
        "block": chain.block,
        "time": now,
        "system": plan.system.name,
        "addresses": plan.addresses,
        "deployed": chain.dispatcher.is_some(),
        "epoch": chain.dispatcher.as_ref().map_or(0, |d| d.active.epoch.0),
        "activePlan": chain.dispatcher.as_ref().map(|d| d.active.plan_id),
        "root": chain.dispatcher.as_ref().map(|d| d.active.root),
        "pendingPlan": chain.dispatcher.as_ref().and_then(|d| d.pending).map(|p| p.plan_id),
        "paused": chain.dispatcher.as_ref().is_some_and(|d| d.paused),
        "halted": chain.dispatcher.as_ref().is_some_and(|d| d.halted),
        "frozen": chain.dispatcher.as_ref().is_some_and(|d| d.frozen),
        "sealed": chain.dispatcher.as_ref().is_some_and(|d| d.is_sealed),
        "planId": plan.plan_id,
        "madeFromThis": made,
        "countdowns": countdowns,
        "reason": next.why,
        "next": next.command,
    }));
    Ok(ExitCode::Ok)
}

/// A diamond has no pending plan, no epoch and no countdown: only what it serves.
async fn diamond(
    context: &Context<'_>,
    network: &Network,
    plan: &Plan,
    connection: &Connection,
) -> Result<ExitCode, BoxFault> {
    let query = DiamondQuery { diamond: plan.addresses.router, ..DiamondQuery::default() };
    let chain = diamond_snapshot(&connection.endpoint, &query).await?;
    let live = chain.diamond.as_ref().map(|diamond| diamond.root()).unwrap_or_default();
    let routes = chain.diamond.as_ref().map_or(0, |diamond| diamond.routes.len());
    let (why, command) = standing(context, plan, live);
    let made = made_from_this(context, plan);
    let Next { why, command: next, .. } = Next { why, command, first: false }.of(context, made);
    let rows = [
        ["diamond".to_owned(), plan.addresses.router.to_string()],
        ["owner".into(), owner(&chain)],
        ["live".into(), format!("{} of root {live}", counted(routes, "route"))],
        ["planned".into(), format!("root {} by plan {}", plan.root, plan.plan_id)],
        ["made against".into(), format!("root {}", plan.parent)],
    ];
    context.printer.result(&format!(
        "{} on {} (chain {}), block {}\n\n{}\n\n{why}\nnext: {next}",
        context.printer.paint().tone(Tone::Strong, plan.system.name.as_str()),
        network.name,
        network.chain_id,
        chain.block,
        pairs(rows)
    ));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "network": network.name,
        "chainId": network.chain_id,
        "block": chain.block,
        "time": chain.timestamp,
        "system": plan.system.name,
        "diamond": plan.addresses.router,
        "owner": chain.diamond.as_ref().and_then(|diamond| diamond.owner),
        "ownerIsContract": chain.diamond.as_ref().is_some_and(|diamond| diamond.owner_is_contract),
        "routes": routes,
        "root": live,
        "plannedRoot": plan.root,
        "planId": plan.plan_id,
        "madeFromThis": made,
        "reason": why,
        "next": next,
    }));
    Ok(ExitCode::Ok)
}

fn nothing_planned(context: &Context<'_>, network: &Network) -> ExitCode {
    let next = context.command("plan");
    context.printer.result(&format!("there is no plan yet for {}\n\nnext: {next}", network.name));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "network": network.name,
        "chainId": network.chain_id,
        "reason": "there is no plan yet",
        "next": next,
    }));
    ExitCode::Ok
}

pub(crate) async fn countdowns(
    plan: &Plan,
    chain: &ChainSnapshot,
    connection: &Connection,
    now: u64,
) -> Result<Vec<Countdown>, BoxFault> {
    let Some(dispatcher) = &chain.dispatcher else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    let mut until = |what, at: u64| all.push(Countdown { what, at, left: at.saturating_sub(now) });
    let at = plan.addresses.dispatcher;
    if let Some(pending) = dispatcher.pending {
        until("activation from", pending.eta);
        let staged = if pending.plan_id == plan.plan_id {
            Some(plan.onchain.clone())
        } else {
            staged_plan(&connection.endpoint, at, pending.plan_id).await?
        };
        if let Some(OnchainPlan { window, .. }) = staged {
            until("activation until", pending.eta.saturating_add(window.into()));
        }
    }
    let active = dispatcher.active;
    if active.epoch.0 > 1 {
        let live = if active.plan_id == plan.plan_id {
            Some(plan.onchain.clone())
        } else {
            staged_plan(&connection.endpoint, at, active.plan_id).await?
        };
        // A rollback's epoch carries its target's plan and cannot be undone.
        if let Some(live) = live.filter(|p| p.epoch == active.epoch.0) {
            until("a guardian can undo until", active.activated_at.saturating_add(live.undo_for.into()));
        }
    }
    Ok(all)
}

pub(crate) fn next(context: &Context<'_>, plan: &Plan, chain: &ChainSnapshot, now: u64) -> Next {
    let say =
        |why: &str, verb: &str| Next { why: why.to_owned(), command: context.command(verb), first: false };
    let first = |next: Next| Next { first: true, ..next };
    if let Some(d) = &chain.dispatcher {
        if d.is_sealed {
            return first(say("the system is sealed: its manifest is final", "verify"));
        }
        // Whatever else is so, this is what changes the system next.
        if let Some(pending) = d.pending.filter(|pending| pending.plan_id != plan.plan_id) {
            let from = moment::both(pending.eta);
            let why = format!(
                "another plan is staged: {}, live from {from}; look at it, activate it or cancel it",
                pending.plan_id
            );
            return first(say(&why, "cancel"));
        }
        if d.frozen {
            return first(say("the system is frozen: the owner's unfreeze comes first", "verify"));
        }
    }
    match plan.standing(chain) {
        Ok(Standing::Active) => say("the plan is live", "verify"),
        Ok(Standing::Ready) if chain.dispatcher.is_none() => say("nothing of the plan is live", "run"),
        Ok(Standing::Ready) => say("the plan is neither staged nor live", "run"),
        Ok(Standing::Behind { .. }) => {
            say("another plan is staged: activate it first, or cancel it", "cancel")
        }
        Ok(Standing::Pending { eta }) if now < eta => {
            say("the plan is staged and its delay runs", "apply --wait")
        }
        Ok(Standing::Pending { eta }) if now > eta.saturating_add(plan.onchain.window.into()) => {
            say("the staged plan's window is over: stage it again", "run")
        }
        Ok(Standing::Pending { .. }) => say("the plan is staged and its time has come", "apply"),
        Err(error) => say(&error.to_string(), "plan"),
    }
}

fn shown(
    context: &Context<'_>,
    network: &Network,
    plan: &Plan,
    chain: &ChainSnapshot,
    countdowns: &[Countdown],
    next: &Next,
    now: u64,
) -> String {
    let mut rows = vec![
        ["dispatcher".to_owned(), plan.addresses.dispatcher.to_string()],
        ["router".to_owned(), plan.addresses.router.to_string()],
    ];
    match &chain.dispatcher {
        None => rows.push(["live".into(), "nothing yet".into()]),
        Some(dispatcher) => rows.extend(live(dispatcher)),
    }
    rows.push(["planned".into(), format!("epoch {} by plan {}", plan.epoch, plan.plan_id)]);
    for countdown in countdowns {
        let left = match countdown.left {
            0 => "over".to_owned(),
            left => format!("in {}", moment::span(left)),
        };
        rows.push([countdown.what.to_owned(), format!("{}, {left}", moment::both(countdown.at))]);
    }
    rows.push(["chain time".into(), moment::both(now)]);
    let table = pairs(rows);
    format!(
        "{} on {} (chain {}), block {}\n\n{table}\n\n{}\nnext: {}",
        context.printer.paint().tone(Tone::Strong, plan.system.name.as_str()),
        network.name,
        network.chain_id,
        chain.block,
        next.why,
        next.command
    )
}

fn live(dispatcher: &DispatcherState) -> Vec<[String; 2]> {
    let active = dispatcher.active;
    let epoch = match active.epoch.0 {
        0 => "launched, no release yet".to_owned(),
        epoch => {
            format!("epoch {epoch} by plan {}, since {}", active.plan_id, moment::both(active.activated_at))
        }
    };
    let marks = [
        (dispatcher.halted, "halted"),
        (dispatcher.paused, "paused"),
        (dispatcher.frozen, "frozen"),
        (dispatcher.is_sealed, "sealed"),
    ];
    let marks: Vec<_> = marks.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect();
    let mut rows = vec![["live".to_owned(), epoch]];
    if !marks.is_empty() {
        rows.push(["state".into(), marks.join(", ")]);
    }
    rows.push(["owner".into(), dispatcher.owner.to_string()]);
    rows.push(["delay".into(), moment::span(dispatcher.delay.into())]);
    if let Some(pending) = dispatcher.pending {
        rows.push(["staged".into(), format!("plan {}", pending.plan_id)]);
    }
    rows
}
