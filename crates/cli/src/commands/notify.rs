//! `payrox notify status|deliver|test`: the webhooks of the project.

use crate::{alerts, args::NotifyVerb, context::Context, moment, printer::Tone, table::table};
use alloy_primitives::B256;
use payrox_model::{BoxFault, Epoch, ExitCode, Fault as _, text::escape, version};
use payrox_notify::{Notice, NotifyError, Standing};
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) async fn notify(verb: &NotifyVerb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let project = context.project()?;
    let (standing, refused) = match verb {
        NotifyVerb::Status => (alerts::standing(context)?, alerts::hooks(&project).1),
        NotifyVerb::Deliver | NotifyVerb::Test => {
            let network = context.network()?;
            let notice = Notice {
                command: "notify test".into(),
                outcome: "test".into(),
                system: project.name.to_string(),
                network: network.name.to_string(),
                chain_id: network.chain_id,
                epoch: Epoch::default(),
                plan_id: B256::ZERO,
                code: None,
            };
            let notice = matches!(verb, NotifyVerb::Test).then_some(&notice);
            let (_, standing, refused) = alerts::tell(context, &project, notice).await?;
            (standing, refused)
        }
    };
    let names: Vec<_> = project.alerts.iter().map(|alert| alert.name.clone()).collect();
    Ok(show(context, verb, &names, &standing, &refused))
}

fn show(
    context: &Context<'_>,
    verb: &NotifyVerb,
    names: &[String],
    standing: &BTreeMap<String, Standing>,
    refused: &[NotifyError],
) -> ExitCode {
    let none = Standing::default();
    let of = |name: &String| standing.get(name).unwrap_or(&none);
    let why = |name: &String| {
        let refusal = refused
            .iter()
            .find(|e| e.subject().as_ref() == Some(name))
            .map(|e| format!("{e} ({})", e.code()));
        refusal.or_else(|| of(name).last_error.clone())
    };
    let bad = |name: &String| why(name).is_some() || of(name).waiting > 0;
    let paint = context.printer.paint();
    let rows = names.iter().map(|name| {
        let (word, tone) = if bad(name) { ("undelivered", Tone::Bad) } else { ("ok", Tone::Good) };
        [
            name.clone(),
            paint.tone(tone, word),
            of(name).waiting.to_string(),
            of(name).since.map(moment::both).unwrap_or_default(),
            of(name).given_up.to_string(),
            why(name).map(|why| escape(&why)).unwrap_or_default(),
        ]
    });
    let exit = match (names.iter().any(bad), refused.first()) {
        (_, Some(error)) => error.exit(),
        (true, None) => ExitCode::Endpoint,
        (false, None) => ExitCode::Ok,
    };
    let text = if names.is_empty() {
        "the project file has no [[alerts]]: nobody is told how a run ends".to_owned()
    } else {
        table(["webhook", "state", "#waiting", "since", "#given up", "why"], rows)
    };
    let next = match verb {
        NotifyVerb::Status if exit != ExitCode::Ok => "notify deliver",
        _ => "status",
    };
    context.printer.result(&format!("{text}\n\nnext: {}", context.command(next)));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "webhooks": names.iter().map(|name| json!({
            "name": name,
            "standing": of(name),
            "refused": why(name),
        })).collect::<Vec<_>>(),
        "exit": exit as u8,
    }));
    exit
}
