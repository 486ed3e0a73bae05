//! `payrox release verify`: is every chain as planned?

use super::{arguments, contexts, read};
use crate::{context::Context, printer::Tone, report, table::table};
use futures_util::future::join_all;
use payrox_chain::ChainError;
use payrox_execute::release::worst;
use payrox_model::{BoxFault, Check, ExitCode, Finding, Report, Severity, Verdict, text::escape, version};
use payrox_plan::Plan;
use payrox_probe::{SILENT, Scope, Verification};
use serde_json::json;

pub(super) async fn verify(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let (release, plans) = read(context)?;
    let all = arguments(context, release.networks.iter().map(|part| &part.network))?;
    let contexts = contexts(context, &all);
    let seen = join_all(contexts.iter().zip(&plans).map(|(context, plan)| one(context, plan))).await;
    let exit = worst(seen.iter().map(report::proof));
    let verdict = seen.iter().map(|s| s.report.verdict()).max().unwrap_or(Verdict::Unknown);
    let (printer, paint) = (context.printer, context.printer.paint());
    let rows = plans.iter().zip(&seen).map(|(plan, seen)| {
        let (text, tone) = word(seen.report.verdict());
        let right = seen.report.checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
        [
            plan.network.to_string(),
            plan.chain_id.to_string(),
            paint.tone(tone, text),
            seen.epoch.map(|e| e.to_string()).unwrap_or_default(),
            format!("{right} of {} checks pass", seen.report.checks.len()),
        ]
    });
    let mut text = table(["network", "#chain", "verdict", "#epoch", "what was seen"], rows);
    for (plan, seen) in plans.iter().zip(&seen) {
        for finding in seen.report.findings() {
            let code = paint.tone(Tone::Bad, &format!("finding[{}]:", finding.code));
            let (subject, evidence) = (escape(&finding.subject), escape(&finding.evidence));
            text.push_str(&format!("\n\n{code} {}: {subject}\n  {evidence}", plan.network));
        }
    }
    let (said, tone) = match verdict {
        Verdict::Pass => ("as planned", Tone::Good),
        Verdict::Fail => ("not as planned", Tone::Bad),
        Verdict::Unknown => ("unknown, which is not a pass", Tone::Notice),
    };
    let digest = release.digest;
    printer.result(&format!("{text}\n\n{}: release {digest} of {}", paint.tone(tone, said), release.system));
    let networks = plans.iter().zip(&seen).map(|(plan, seen)| {
        json!({
            "network": plan.network,
            "chainId": plan.chain_id,
            "planId": plan.plan_id,
            "outcome": seen.report.verdict(),
            "block": seen.block,
            "epoch": seen.epoch,
            "checks": seen.report.checks,
            "exit": report::proof(seen) as u8,
        })
    });
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": verdict,
        "digest": digest,
        "system": release.system,
        "networks": networks.collect::<Vec<_>>(),
        "exit": exit as u8,
    }));
    Ok(exit)
}

/// Whatever goes wrong on the way to a chain makes it unknown.
async fn one(context: &Context<'_>, plan: &Plan) -> Verification {
    match look(context, plan).await {
        Ok(seen) => seen,
        Err(fault) => unknown(&fault),
    }
}

async fn look(context: &Context<'_>, plan: &Plan) -> Result<Verification, BoxFault> {
    let network = context.network()?;
    let connection = context.connect(&network)?;
    if network.known_block.is_some() {
        context.is_meant(&network, &connection.endpoint).await?;
    }
    Ok(payrox_probe::verify(&connection.endpoint, plan, Scope::Everything).await)
}

fn unknown(fault: &BoxFault) -> Verification {
    let finding = Finding {
        code: SILENT,
        severity: Severity::Error,
        subject: "the chain".into(),
        evidence: fault.to_string(),
        hint: fault.hint(),
    };
    let check = Check {
        name: "system".into(),
        verdict: Verdict::Unknown,
        summary: "not looked at".into(),
        findings: vec![finding],
    };
    Verification {
        report: Report { checks: vec![check] },
        block: None,
        epoch: None,
        trouble: None::<ChainError>,
    }
}

pub(super) fn word(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Pass => ("pass", Tone::Good),
        Verdict::Unknown => ("unknown", Tone::Notice),
        Verdict::Fail => ("fail", Tone::Bad),
    }
}
