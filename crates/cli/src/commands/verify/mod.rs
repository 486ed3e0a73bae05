//! `payrox verify [facets|staging|diamond|sources]`.

mod sources;
mod whom;

use super::plan::read_plan;
use crate::{
    args::{VerifyArgs, VerifyWhat},
    context::Context,
    fault::CliFault,
    printer::Tone,
    report,
};
use payrox_model::{BoxFault, ExitCode, Report, Verdict, version};
use payrox_probe::Scope;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: u32,
    outcome: Verdict,
    network: String,
    chain_id: u64,
    block: Option<u64>,
    plan_id: String,
    epoch: Option<u64>,
    #[serde(flatten)]
    report: &'a Report,
    exit: u8,
}

pub(crate) async fn verify(args: &VerifyArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let scope = match &args.what {
        None => Scope::Everything,
        Some(VerifyWhat::Facets) => Scope::Facets,
        Some(VerifyWhat::Staging) => Scope::Staging,
        Some(VerifyWhat::Diamond) => Scope::Diamond,
        Some(VerifyWhat::Sources(args)) => return sources::sources(args, context).await,
    };
    let network = context.network()?;
    let plan = read_plan(context)?;
    if plan.diamond.is_some() && scope == Scope::Staging {
        return Err(CliFault::NotForADiamond { command: "verify staging" }.into());
    }
    let connection = context.connect(&network)?;
    if network.known_block.is_some() {
        context.is_meant(&network, &connection.endpoint).await?;
    }
    let seen = payrox_probe::verify(&connection.endpoint, &plan, scope).await;
    let exit = report::proof(&seen);
    let (printer, verdict) = (context.printer, seen.report.verdict());
    let (word, tone) = match verdict {
        Verdict::Pass => ("as planned", Tone::Good),
        Verdict::Fail => ("not as planned", Tone::Bad),
        Verdict::Unknown => ("unknown, which is not a pass", Tone::Notice),
    };
    let epoch = seen.epoch.map(|e| format!(", epoch {e}")).unwrap_or_default();
    let block = seen.block.map(|b| format!(", block {b}")).unwrap_or_default();
    printer.result(&format!(
        "{}\n\n{}: {} on {} (chain {}){epoch}{block}",
        report::checks(&seen.report, printer.paint()),
        printer.paint().tone(tone, word),
        plan.system.name,
        network.name,
        plan.chain_id,
    ));
    printer.document(&Document {
        version: version::OUTPUT,
        outcome: verdict,
        network: network.name.to_string(),
        chain_id: plan.chain_id.0,
        block: seen.block,
        plan_id: plan.plan_id.to_string(),
        epoch: seen.epoch.map(|e| e.0),
        report: &seen.report,
        exit: exit as u8,
    });
    Ok(exit)
}
