//! `payrox release plan`: a plan for each network, and the release over them.

use super::{
    arguments, contexts, fault::OnNetwork, file, named_arguments, parity::parity, settings, settings_for,
    workshops,
};
use crate::{args::ReleasePlanArgs, context::Context, planning::Workshop, printer::Tone, table::table};
use futures_util::future::join_all;
use payrox_files::write_derived;
use payrox_model::{
    BoxFault, ExitCode, Name,
    text::{counted, escape},
    version,
};
use payrox_plan::{Plan, PlanError, PlanOutcome, Release, ReleaseError};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) async fn plan(args: &ReleasePlanArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let mut said = settings(context, &args.release)?;
    if !args.networks.is_empty() {
        let named = args.networks.iter().map(|name| name.parse());
        let named: BTreeSet<Name> = named
            .collect::<Result<_, _>>()
            .map_err(|source| crate::fault::CliFault::Usage { text: format!("{source}"), hint: None })?;
        for name in said.networks.union(&said.canary).filter(|name| !named.contains(*name)) {
            let canary = said.canary.contains(name);
            let more =
                if canary { " as a canary: nobody waits for it, and `release review` fails" } else { "" };
            context.printer.notice(&format!("{name} is left out, which the release's file names{more}"));
        }
        said.networks = named;
    }
    if said.networks.is_empty() {
        return Err(ReleaseError::NoNetworks.into());
    }
    let networks = said.networks.clone();
    let all = arguments(context, networks.iter())?;
    let contexts = contexts(context, &all);
    let workshops = workshops(&contexts)?;
    let said = settings_for(said, &networks, &workshops);
    let made = join_all(workshops.iter().map(make)).await;
    let plans = settled(context, &workshops, made)?;
    let refs: Vec<_> = plans.iter().collect();
    let artifacts = workshops.first().map(|w| w.artifacts.clone());
    let named = |contract: &str, encoded: &[u8]| named_arguments(artifacts.as_deref()?, contract, encoded);
    let release = Release::assemble(&refs, &said, &named)?;
    for (workshop, plan) in workshops.iter().zip(&plans) {
        workshop.keep(plan)?;
    }
    // Last: whoever finds it finds its plans.
    let path = file(context);
    write_derived(&path, release.to_json()?.as_bytes())?;
    show(context, &release, &plans, &escape(&path.display().to_string()));
    Ok(ExitCode::Ok)
}

/// The plan of what is to be live, or of what is live already.
async fn make(workshop: &Workshop<'_>) -> Result<Plan, BoxFault> {
    let connection = workshop.context.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => Ok(plan),
        PlanOutcome::NoChanges { plan_id, epoch, .. } => {
            let active = workshop.active_plan(&connection, &chain, plan_id).await?;
            active.ok_or_else(|| PlanError::ParentUnknown { epoch, plan_id }.into())
        }
    }
}

/// All of them, or the first fault; the others are told as well.
fn settled(
    context: &Context<'_>,
    workshops: &[Workshop<'_>],
    made: Vec<Result<Plan, BoxFault>>,
) -> Result<Vec<Plan>, BoxFault> {
    let mut first = None;
    let mut plans = Vec::with_capacity(made.len());
    for (workshop, made) in workshops.iter().zip(made) {
        match made.map_err(|fault| OnNetwork::of(Some(workshop.network.name.as_str()), fault)) {
            Ok(plan) => plans.push(plan),
            Err(fault) if first.is_none() => first = Some(fault),
            Err(fault) => context.printer.warn(&escape(&fault.to_string())),
        }
    }
    first.map_or(Ok(plans), |fault| Err(fault.into()))
}

fn show(context: &Context<'_>, release: &Release, plans: &[Plan], file: &str) {
    let printer = context.printer;
    let paint = printer.paint();
    let rows = release.networks.iter().zip(plans).map(|(part, plan)| {
        let canary = if release.canary.contains(&part.network) { "canary" } else { "" };
        let requires = release.requires_passed_on.get(&part.network).into_iter().flatten();
        let requires: Vec<_> = requires.map(|name| format!("after {name}")).collect();
        let order = [canary.to_owned(), requires.join(", ")].into_iter().filter(|s| !s.is_empty());
        [
            part.network.to_string(),
            part.chain_id.to_string(),
            part.epoch.to_string(),
            counted(plan.facets.len(), "facet"),
            counted(plan.routes.len(), "route"),
            part.plan_id.to_string(),
            order.collect::<Vec<_>>().join(", "),
        ]
    });
    let networks = table(["network", "#chain", "#epoch", "#facets", "#routes", "plan", "order"], rows);
    let soak = if release.canary.is_empty() || release.soak == 0 {
        String::new()
    } else {
        format!("soak    {}\n", crate::moment::span(release.soak))
    };
    printer.result(&format!(
        "{} on {}\n\n{networks}\n\n{}\n\n{soak}digest  {}\nfile    {file}\n\nnext: {}",
        paint.tone(Tone::Strong, release.system.as_str()),
        counted(release.networks.len(), "network"),
        parity(release, paint),
        release.digest,
        context.command("release apply"),
    ));
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": "planned",
        "release": release,
        "file": file,
    }));
}
