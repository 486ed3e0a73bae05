//! `payrox probe replay`.

use crate::{
    args::ReplayArgs, commands::plan::read_plan, context::Context, fault::CliFault, planning::Workshop,
    printer::Tone, table::table,
};
use payrox_execute::replay::{BLOCKS, Fate, MOST, Range, Replay, Replayed, replay as replay_all};
use payrox_model::{
    BoxFault, ExitCode,
    text::{escape, grouped},
    version,
};
use payrox_plan::PlanOutcome;
use serde_json::json;

/// Differences of one transaction that are shown.
const SHOWN: usize = 8;

pub(crate) async fn replay(args: &ReplayArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let workshop = Workshop::open(context)?;
    let connection = context.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    let plan = match context.args.plan {
        Some(_) => read_plan(context)?,
        None => match workshop.plan(&connection, &chain).await? {
            PlanOutcome::Planned(plan) => plan,
            PlanOutcome::NoChanges { plan_id, .. } => {
                context.printer.result(&format!(
                    "nothing to replay on: plan {plan_id} is live, and the project would change nothing"
                ));
                context.printer.document(&json!({
                    "version": version::OUTPUT, "outcome": "nothingToDo", "planId": plan_id, "exit": 0,
                }));
                return Ok(ExitCode::Ok);
            }
        },
    };
    let blocks = match &args.blocks {
        Some(text) => range(text, chain.block)?,
        None => chain.block.saturating_sub(BLOCKS - 1)..=chain.block,
    };
    let last = usize::try_from(args.last).unwrap_or(MOST).min(MOST);
    let (_, reasons) = workshop.contracts();
    let tell = |at: usize, of: usize| {
        if at > 0 && at < of && at.is_multiple_of(50) {
            context.printer.notice(&format!("{at} of {of} transactions replayed"));
        }
    };
    let range = Range { last, blocks };
    let replay = replay_all(&connection.endpoint, &plan, &chain, &range, &reasons, &tell).await?;
    let wrong = replay.count(Fate::Broken) + replay.count(Fate::Unknown);
    let (outcome, exit) = match replay.transactions.len() {
        // What was held against nothing did not pass.
        0 => ("unknown", ExitCode::GateFailed),
        _ if wrong == 0 => ("passed", ExitCode::Ok),
        _ => ("failed", ExitCode::GateFailed),
    };
    context.printer.result(&shown(context, &replay));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": outcome,
        "planId": plan.plan_id,
        "replay": replay,
        "exit": exit as u8,
    }));
    Ok(exit)
}

/// `100..200`, both included, or one block.
fn range(text: &str, newest: u64) -> Result<std::ops::RangeInclusive<u64>, CliFault> {
    let usage = || CliFault::Usage {
        text: format!("`{}` is no range of blocks", escape(text)),
        hint: Some("for example --blocks 100..200, first and last included".into()),
    };
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let first: u64 = first.parse().map_err(|_| usage())?;
    let last: u64 = if last.is_empty() { newest } else { last.parse().map_err(|_| usage())? };
    if first > last || last - first >= BLOCKS * 10 {
        return Err(usage());
    }
    Ok(first..=last.min(newest))
}

fn shown(context: &Context<'_>, replay: &Replay) -> String {
    let paint = context.printer.paint();
    let mut parts = Vec::new();
    let listed = |one: &&Replayed| one.fate != Fate::Same || context.printer.verbose();
    let rows: Vec<_> = replay
        .transactions
        .iter()
        .filter(listed)
        .map(|one| {
            let (tone, word) = match one.fate {
                Fate::Same => (Tone::Good, "the same"),
                Fate::Changed => (Tone::Notice, "differs, its route is changed"),
                Fate::Broken => (Tone::Bad, "must not differ"),
                Fate::Unknown => (Tone::Bad, "not known"),
            };
            let functions = match one.functions.as_slice() {
                [] => "by another contract".to_owned(),
                functions => escape(&functions.join(", ")),
            };
            let gas = one.gas.map_or_else(String::new, |(old, new)| {
                let change = new.0 as f64 / old.0.max(1) as f64 * 100.0 - 100.0;
                format!("{} → {} ({change:+.1} %)", grouped(old.0), grouped(new.0))
            });
            let many = one.differences.len();
            let some = one.differences.iter().take(SHOWN).map(|d| escape(d)).collect::<Vec<_>>();
            let more = if many > SHOWN { format!("; and {} more", many - SHOWN) } else { String::new() };
            [
                one.block.to_string(),
                one.tx.to_string(),
                functions,
                paint.tone(tone, word),
                gas,
                some.join("; ") + &more,
            ]
        })
        .collect();
    if !rows.is_empty() {
        parts.push(table(["#block", "transaction", "function", "verdict", "gas", "differences"], rows));
    }
    let gas: (u64, u64) = replay
        .transactions
        .iter()
        .filter_map(|one| one.gas)
        .fold((0, 0), |sum, (old, new)| (sum.0 + old.0, sum.1 + new.0));
    parts.push(format!(
        "{} transactions of blocks {} to {}: {} the same, {} differ as their route is changed, {} must not differ and do, {} not known\ngas in all: {} → {}",
        replay.transactions.len(),
        replay.blocks.0,
        replay.blocks.1,
        replay.count(Fate::Same),
        replay.count(Fate::Changed),
        replay.count(Fate::Broken),
        replay.count(Fate::Unknown),
        grouped(gas.0),
        grouped(gas.1),
    ));
    if replay.before_the_parent > 0 {
        parts.push(format!(
            "{} more were left out: what served them is not what the plan follows",
            replay.before_the_parent
        ));
    }
    if replay.transactions.is_empty() {
        parts.push("nothing was replayed: what the plan would do to its users is not known".into());
    }
    parts
        .push(replay.blind.iter().map(|b| format!("not seen: {}", escape(b))).collect::<Vec<_>>().join("\n"));
    parts.join("\n\n")
}
