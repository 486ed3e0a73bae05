//! `payrox nonce`: what waits of an account, whose it is, and what is safe.

use crate::{
    args::NonceArgs,
    context::Context,
    execution::target,
    fault::CliFault,
    planning::Workshop,
    printer::{ErrorPart, Paint, Tone},
    table::table,
};
use alloy_primitives::Address;
use payrox_execute::{Accounts, NonceEntry, NonceReport, NonceState, Remedy};
use payrox_journal::Identity;
use payrox_model::{BoxFault, ExitCode, Roles, text::escape, version};
use payrox_plan::Plan;
use serde_json::json;

pub(crate) async fn nonce(args: &NonceArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    if context.args.signing.unsigned.is_some() {
        return Err(CliFault::Usage {
            text: "`nonce` writes no unsigned transactions: whoever replaces one has its key".into(),
            hint: Some("leave --unsigned out; `payrox nonce --help` shows examples".into()),
        }
        .into());
    }
    let workshop = Workshop::open_to_act(context).await?;
    let connection = context.connect(&workshop.network)?;
    context.is_meant(&workshop.network, &connection.endpoint).await?;
    let dispatcher = workshop.addresses()?.dispatcher;
    let identity = Identity { chain_id: workshop.network.chain_id, system: dispatcher };
    // A plan that cannot be read has nothing to do.
    let plan = Plan::read(&context.plan_file()).ok();
    let plan = plan.filter(|p| p.chain_id == identity.chain_id && p.addresses.dispatcher == identity.system);
    let accounts = Accounts {
        project: context.folder(),
        identity,
        plan: plan.as_ref(),
        endpoint: &connection.endpoint,
        keyring: &workshop.keyring,
        fees: target(&workshop.network).fees,
    };
    let addresses = match &args.address {
        Some(text) => vec![text.parse::<Address>().map_err(|_| CliFault::Usage {
            text: format!("`{}` is no address", escape(text)),
            hint: Some("an address is 0x and 40 hexadecimal digits".into()),
        })?],
        None => {
            let known = accounts.known()?;
            let held = workshop.network.roles.iter().flat_map(holders);
            let held = held.filter(|address| workshop.keyring.has(*address));
            let mut all: Vec<_> = held.chain(known).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
    };
    let remedy = match (args.rebroadcast, args.bump, args.cancel_stuck) {
        (true, ..) => Some(Remedy::Rebroadcast),
        (_, true, _) => Some(Remedy::Bump),
        (_, _, true) => Some(Remedy::CancelStuck),
        _ => None,
    };
    let (mut reports, mut sent, mut trouble) = (Vec::new(), Vec::new(), None);
    for address in addresses {
        // What was sent is told, whatever came after it.
        let remedy = remedy.filter(|_| context.args.broadcast || workshop.network.local);
        if let Some(remedy) = remedy.filter(|_| trouble.is_none()) {
            match accounts.apply(address, remedy).await {
                Ok(done) => {
                    sent.extend(done.sent.into_iter().map(|(nonce, tx)| (address, nonce, tx)));
                    trouble = done.trouble;
                }
                Err(fault) => trouble = Some(fault),
            }
        }
        match accounts.report(address).await {
            Ok(report) => reports.push(report),
            Err(fault) => trouble = trouble.or(Some(fault)),
        }
    }
    if let Some(fault) = trouble.take_if(|_| sent.is_empty()) {
        return Err(fault);
    }
    let (next, when) = next(args, context, remedy, &reports, sent.is_empty());
    let paint = context.printer.paint();
    let mut parts: Vec<String> = reports.iter().map(|report| shown(report, remedy, paint)).collect();
    parts.extend(sent.iter().map(|(from, nonce, tx)| format!("sent {tx} with nonce {nonce} of {from}")));
    parts.push(format!("next: {next}{when}"));
    context.printer.result(&parts.join("\n\n"));
    let sent = sent.iter().map(|(from, nonce, tx)| json!({ "from": from, "nonce": nonce, "tx": tx }));
    let mut document = json!({
        "version": version::OUTPUT,
        "network": workshop.network.name,
        "chainId": workshop.network.chain_id,
        "accounts": reports,
        "sent": sent.collect::<Vec<_>>(),
        "next": next,
    });
    let Some(fault) = trouble else {
        context.printer.document(&document);
        return Ok(ExitCode::Ok);
    };
    document["error"] = json!(ErrorPart::of(fault.as_ref()));
    document["exit"] = json!(fault.exit() as u8);
    match context.printer.json() {
        true => context.printer.document(&document),
        false => context.printer.fault(fault.as_ref()),
    }
    Ok(fault.exit())
}

fn holders(roles: &Roles) -> Vec<Address> {
    let some = [roles.bootstrapper, roles.owner].into_iter().filter(|address| !address.is_zero());
    some.chain(roles.operators.iter().copied()).chain(roles.guardians.iter().copied()).collect()
}

fn shown(report: &NonceReport, remedy: Option<Remedy>, paint: Paint) -> String {
    let NonceReport { address, latest, pending, entries } = report;
    let waiting = pending - latest;
    let head = format!("{address}: {latest} in blocks, {waiting} waiting");
    if entries.is_empty() {
        return head;
    }
    let rows = entries.iter().map(|entry| row(entry, remedy, paint));
    format!("{head}\n\n{}", table(["#nonce", "state", "step", "transaction", "why"], rows))
}

fn row(entry: &NonceEntry, remedy: Option<Remedy>, paint: Paint) -> [String; 5] {
    let (word, tone) = match entry.state {
        NonceState::Mined => ("mined", Tone::Good),
        NonceState::Waiting => ("waiting", Tone::Notice),
        NonceState::Stuck => ("stuck", Tone::Bad),
        NonceState::Dropped => ("dropped", Tone::Bad),
        NonceState::Blocked => ("blocked", Tone::Notice),
        NonceState::Gap => ("gap", Tone::Bad),
        NonceState::Replaced => ("replaced", Tone::Bad),
        NonceState::Foreign => ("foreign", Tone::Bad),
        NonceState::Unknown => ("unknown", Tone::Notice),
    };
    let mut why = escape(&entry.why);
    match remedy {
        Some(remedy) if entry.safe.contains(&remedy) => why.push_str(&format!("; {}", flag(remedy))),
        None if !entry.safe.is_empty() => {
            let flags: Vec<_> = entry.safe.iter().map(|remedy| flag(*remedy)).collect();
            why.push_str(&format!("; safe: {}", flags.join(", ")));
        }
        _ => {}
    }
    let tx = entry.tx.map(|tx| tx.to_string()).unwrap_or_default();
    let step = entry.step.as_deref().map(escape).unwrap_or_default();
    [entry.nonce.to_string(), paint.tone(tone, word), step, tx, why]
}

fn flag(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Rebroadcast => "--rebroadcast",
        Remedy::Bump => "--bump",
        Remedy::CancelStuck => "--cancel-stuck",
    }
}

/// The next safe command, and when.
fn next(
    args: &NonceArgs,
    context: &Context<'_>,
    remedy: Option<Remedy>,
    reports: &[NonceReport],
    nothing_sent: bool,
) -> (String, &'static str) {
    let mut safe: Vec<Remedy> =
        reports.iter().flat_map(|r| &r.entries).flat_map(|entry| entry.safe.iter().copied()).collect();
    safe.sort_unstable();
    let again = |flags: &str| {
        let account = args.address.as_ref().map(|a| format!(" --address {}", escape(a))).unwrap_or_default();
        context.command(&format!("nonce{account} {flags}"))
    };
    if let Some(remedy) = remedy.filter(|remedy| nothing_sent && safe.contains(remedy)) {
        return (again(&format!("{} --broadcast", flag(remedy))), "");
    }
    let is = |state| reports.iter().flat_map(|r| &r.entries).any(|entry| entry.state == state);
    if is(NonceState::Foreign) || is(NonceState::Waiting) || is(NonceState::Unknown) {
        return (context.command("run"), " (when they are mined)");
    }
    match safe.first().filter(|_| nothing_sent) {
        Some(remedy) => (again(flag(*remedy)), ""),
        None => (context.command("run"), ""),
    }
}
