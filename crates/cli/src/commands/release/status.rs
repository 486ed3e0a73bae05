//! `payrox release status`: where the release stands on each network.

use super::{arguments, contexts, read};
use crate::{
    commands::status::{Countdown, Next, countdowns, next},
    context::Context,
    moment,
    printer::{ErrorPart, Tone},
    table::table,
};
use futures_util::future::join_all;
use payrox_chain::{SnapshotQuery, snapshot};
use payrox_execute::release::worst;
use payrox_model::{BoxFault, ChainSnapshot, ExitCode, text::escape, version};
use payrox_plan::{Plan, Standing};
use serde_json::{Value, json};

/// What a chain said.
struct Seen {
    chain: ChainSnapshot,
    now: u64,
    countdowns: Vec<Countdown>,
    next: Next,
}

pub(super) async fn status(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let (release, plans) = read(context)?;
    let all = arguments(context, release.networks.iter().map(|part| &part.network))?;
    let contexts = contexts(context, &all);
    let seen = join_all(contexts.iter().zip(&plans).map(|(context, plan)| one(context, plan))).await;
    // What cannot be looked at is unknown; everything else is a state, and no state is an error.
    let exit =
        worst(seen.iter().map(|seen| seen.as_ref().map_or_else(|fault| fault.exit(), |_| ExitCode::Ok)));
    let (printer, paint) = (context.printer, context.printer.paint());
    let again = context.command("release status");
    let rows = plans.iter().zip(&seen).map(|(plan, seen)| match seen {
        Ok(seen) => row(plan, seen, |tone, text| paint.tone(tone, text)),
        Err(fault) => {
            let (network, chain) = (plan.network.to_string(), plan.chain_id.to_string());
            let (word, what) = (paint.tone(Tone::Bad, "unknown"), fault.code().to_string());
            [network, chain, word, String::new(), what, again.clone()]
        }
    });
    let mut text = table(["network", "#chain", "release", "#epoch", "what", "next"], rows);
    let silent = plans.iter().zip(&seen).filter_map(|(plan, seen)| Some((plan, seen.as_ref().err()?)));
    for (i, (plan, fault)) in silent.enumerate() {
        let gap = if i == 0 { "\n" } else { "" };
        text.push_str(&format!("{gap}\n{}: {}: {}", fault.code(), plan.network, escape(&fault.to_string())));
    }
    let apply = context.command("release apply --broadcast");
    let (digest, system) = (release.digest, &release.system);
    printer.result(&format!("{text}\n\nrelease {digest} of {system}\nall of it: {apply}"));
    let networks: Vec<_> = plans.iter().zip(&seen).map(|(plan, seen)| document(plan, seen)).collect();
    printer.document(&json!({
        "version": version::OUTPUT,
        "digest": digest,
        "system": system,
        "networks": networks,
        "next": apply,
        "exit": exit as u8,
    }));
    Ok(exit)
}

async fn one(context: &Context<'_>, plan: &Plan) -> Result<Seen, BoxFault> {
    let network = context.network()?;
    let connection = context.connect(&network)?;
    context.is_meant(&network, &connection.endpoint).await?;
    let query = SnapshotQuery {
        addresses: Vec::new(),
        dispatcher: plan.addresses.dispatcher,
        router: plan.addresses.router,
    };
    let chain = snapshot(&connection.endpoint, &query).await?;
    // Time passes on the embedded chain without a block.
    let now = connection.devnet.as_ref().map_or(chain.timestamp, |devnet| devnet.now());
    let countdowns = countdowns(plan, &chain, &connection, now).await?;
    let next = next(context, plan, &chain, now);
    Ok(Seen { chain, now, countdowns, next })
}

fn standing(plan: &Plan, chain: &ChainSnapshot) -> (&'static str, Tone) {
    match plan.standing(chain) {
        Ok(Standing::Active) => ("active", Tone::Good),
        Ok(Standing::Pending { .. }) => ("pending", Tone::Notice),
        Ok(Standing::Ready) => ("not live", Tone::Notice),
        Ok(Standing::Behind { .. }) => ("behind another", Tone::Bad),
        Err(_) => ("overtaken", Tone::Bad),
    }
}

fn row(plan: &Plan, seen: &Seen, paint: impl Fn(Tone, &str) -> String) -> [String; 6] {
    let (word, tone) = standing(plan, &seen.chain);
    let epoch = seen.chain.dispatcher.as_ref().map_or(0, |d| d.active.epoch.0);
    let running = seen.countdowns.iter().filter(|c| c.left > 0);
    let running = running.map(|c| format!("{} {}, in {}", c.what, moment::both(c.at), moment::span(c.left)));
    let what: Vec<_> = [seen.next.why.clone()].into_iter().chain(running).collect();
    [
        plan.network.to_string(),
        plan.chain_id.to_string(),
        paint(tone, word),
        epoch.to_string(),
        what.join("; "),
        seen.next.command.clone(),
    ]
}

fn document(plan: &Plan, seen: &Result<Seen, BoxFault>) -> Value {
    match seen {
        Ok(seen) => {
            let dispatcher = seen.chain.dispatcher.as_ref();
            json!({
                "network": plan.network,
                "chainId": plan.chain_id,
                "planId": plan.plan_id,
                "outcome": standing(plan, &seen.chain).0.replace(' ', "_"),
                "block": seen.chain.block,
                "time": seen.now,
                "epoch": dispatcher.map_or(0, |d| d.active.epoch.0),
                "activePlan": dispatcher.map(|d| d.active.plan_id),
                "pendingPlan": dispatcher.and_then(|d| d.pending).map(|p| p.plan_id),
                "countdowns": seen.countdowns,
                "reason": seen.next.why,
                "next": seen.next.command,
            })
        }
        Err(fault) => json!({
            "network": plan.network,
            "chainId": plan.chain_id,
            "planId": plan.plan_id,
            "outcome": "unknown",
            "error": ErrorPart::of(fault.as_ref()),
        }),
    }
}
