//! `payrox rehearse`.

use super::plan::summary;
use crate::{
    args::RehearseArgs,
    context::Context,
    forks::{self, Opened},
    planning::Workshop,
    printer::Tone,
    rehearsals::{self, Ground, Record},
    table::table,
};
use payrox_execute::{Place, WholeRehearsal, rehearse_whole};
use payrox_model::{
    BoxFault, ExitCode, limits,
    text::{escape, grouped},
    version,
};
use payrox_plan::{Plan, PlanOutcome};
use payrox_validate::Part;
use serde_json::json;

pub(crate) async fn rehearse(args: &RehearseArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let mut workshop = Workshop::open(context)?;
    let real = context.connect(&workshop.network)?;
    let opened = match workshop.network.local {
        true => None,
        false => {
            let chain_id = Some(workshop.network.chain_id);
            Some(forks::open(context, &real.endpoint, chain_id, args.fork_block).await?)
        }
    };
    // Without the endpoint, the fork is what there is; at an earlier block it is what is meant.
    let forked = opened.as_ref().filter(|opened| !opened.online || args.fork_block.is_some());
    let forked = forked.map(Opened::connection);
    if forked.is_some() && opened.as_ref().is_some_and(|opened| opened.online) {
        context.is_meant(&workshop.network, &real.endpoint).await?;
    }
    if forked.is_some() {
        // A fork has no blocks before its own to be asked for; what it is of was looked at, now or when it was read.
        workshop.network.known_block = None;
    }
    let connection = forked.as_ref().unwrap_or(&real);
    let chain = workshop.snapshot(connection).await?;
    let plan = match workshop.plan(connection, &chain).await? {
        PlanOutcome::Planned(plan) => plan,
        PlanOutcome::NoChanges { plan_id, .. } => {
            context.printer.result(&format!("nothing to rehearse: plan {plan_id} is live already"));
            context.printer.document(&json!({
                "version": version::OUTPUT, "outcome": "nothingToDo", "planId": plan_id, "exit": 0,
            }));
            return Ok(ExitCode::Ok);
        }
    };
    let (place, ground) = match (&opened, &real.devnet) {
        (Some(opened), _) => (Place::Forked(&opened.fork, &chain), Ground::from(&opened.fork)),
        (None, Some(devnet)) if plan.epoch.0 != 1 => {
            (Place::Fork(devnet), Ground::Copy { block: chain.block, block_hash: chain.block_hash })
        }
        (None, _) => (Place::Empty, Ground::Empty),
    };
    let (_, reasons) = workshop.contracts();
    let whole = rehearse_whole(&plan, place, &reasons).await?;
    let offline = opened.as_ref().is_some_and(|opened| !opened.online);
    let record = Record::of(&plan, &workshop.network.name, (ground, offline), &whole);
    let before = rehearsals::read(context, plan.content_hash);
    let written = rehearsals::write(context, &record)?;
    let exit = if record.passed() { ExitCode::Ok } else { ExitCode::GateFailed };

    let mut parts = vec![summary(&plan), shown(context, &plan, &record, &whole)];
    if context.printer.verbose() {
        parts.push(changes(&record));
    }
    parts.push(verdict(context, &plan, &record));
    if !plan.system.proxy.is_zero() {
        parts.push(format!(
            "not governed: whoever governs the proxy {} can point it elsewhere, past dispatcher, delay and signers",
            plan.system.proxy
        ));
    }
    parts.extend(before.map(|before| record.against(&before)));
    parts.push(format!("recorded in {}", escape(&written.display().to_string())));
    let next = if record.passed() { context.command("run") } else { context.command("plan show") };
    parts.push(format!("next: {next}"));
    context.printer.result(&parts.join("\n\n"));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": if record.passed() { "passed" } else { "failed" },
        "offline": record.offline,
        "rehearsal": record,
        "record": escape(&written.display().to_string()),
        "exit": exit as u8,
    }));
    Ok(exit)
}

fn shown(context: &Context<'_>, plan: &Plan, record: &Record, whole: &WholeRehearsal) -> String {
    let paint = context.printer.paint();
    let rows = record.steps.iter().map(|step| {
        let outcome = match &step.failure {
            None => paint.tone(Tone::Good, "as planned"),
            Some(why) => paint.tone(Tone::Bad, &escape(why)),
        };
        let slots: usize = step.changes.iter().map(|change| change.slots.len()).sum();
        [
            match step.part {
                Part::Plan => "plan",
                Part::Exercise => "emergency",
                Part::WayBack => "way back",
            }
            .to_owned(),
            step.name.clone(),
            step.gas.map_or_else(|| "-".into(), |gas| grouped(gas.0)),
            format!("{:.1}", step.micros as f64 / 1000.0),
            slots.to_string(),
            outcome,
        ]
    });
    let table = table(["part", "step", "#gas", "#ms", "#slots", "outcome"], rows);
    let proofs = &whole.rehearsed.proofs;
    let accepted = proofs.values().filter(|accepted| **accepted).count();
    let proofs = match plan.diamond {
        Some(_) => "no proofs, no pause, forbid or freeze: not for a diamond".to_owned(),
        None => format!("{accepted} of {} proofs of routes are accepted by the dispatcher", proofs.len()),
    };
    let paused = match whole.rehearsed.unpaused {
        true => "\nthe system is paused: calls and stops were tried on a copy that is not",
        false => "",
    };
    let offline = match record.offline {
        true => "\noffline: no endpoint was asked whether the chain is still so",
        false => "",
    };
    format!("rehearsed on {}{offline}\n\n{table}\n\n{proofs}{paused}", record.ground.text())
}

fn verdict(context: &Context<'_>, plan: &Plan, record: &Record) -> String {
    let paint = context.printer.paint();
    let limit = grouped(limits::TX_GAS);
    let back = format!(
        "the way back takes {} gas of the {limit} that a transaction may",
        grouped(record.inverse_gas.0)
    );
    let state = match (&record.not_compared, record.differences.len()) {
        (Some(why), _) => escape(why),
        (None, 0) => {
            let but =
                if plan.diamond.is_some() { "diamond's own list of routes" } else { "dispatcher's journal" };
            format!("after it every route and every slot is as before, but for the {but}")
        }
        (None, many) => {
            let listed: Vec<String> = record.differences.iter().take(20).map(|d| escape(d)).collect();
            format!("after it {many} things are not as before:\n  {}", listed.join("\n  "))
        }
    };
    let tone = if record.passed() { Tone::Good } else { Tone::Bad };
    let word = if record.passed() { "the rehearsal passed" } else { "the rehearsal failed" };
    format!("{back}\n{state}\n{}", paint.tone(tone, word))
}

fn changes(record: &Record) -> String {
    let mut text = String::from("what each step changed:");
    for step in &record.steps {
        for change in &step.changes {
            text.push_str(&format!("\n  {}: {} {}", step.name, change.what, change.address));
            if let Some(code) = &change.code {
                text.push_str(&format!(", code {code}"));
            }
            for (slot, [before, after]) in &change.slots {
                text.push_str(&format!("\n    slot {slot}: {before} → {after}"));
            }
        }
    }
    text
}
