//! Whether the same release passed on another network: the proof is that chain, as it is now.

use crate::{context::Context, planning::Workshop};
use payrox_chain::ChainError;
use payrox_config::ReleaseSettings;
use payrox_execute::release::Held;
use payrox_model::{BoxFault, ChainSnapshot, Name, Verdict};
use payrox_plan::{Plan, substance};
use payrox_probe::{Scope, verify};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Where a release keeps the plan of a network, in the project's folder.
pub(crate) fn plan_file(network: &Name) -> PathBuf {
    PathBuf::from(format!("artifacts/release/{network}.plan.json"))
}

/// The networks that must have passed before this one: by its own file, and by that of the release where there is one.
pub(crate) fn required(workshop: &Workshop<'_>) -> Result<BTreeSet<Name>, BoxFault> {
    let network = &workshop.network;
    let mut all = network.requires_passed_on.clone();
    let release = workshop.context.inside(Path::new("release.toml"));
    if release.exists() {
        let mut of = ReleaseSettings::load(&release)?.requires_passed_on;
        all.extend(of.remove(&network.name).unwrap_or_default());
    }
    Ok(all)
}

/// Demands, before anything is sent, that a release with the same substance is live and proved on these networks.
///
/// A journal or a file is no proof of that: a chain that cannot be looked at is unknown, and unknown is refused.
pub(crate) async fn demand(
    workshop: &Workshop<'_>,
    plan: &Plan,
    networks: &BTreeSet<Name>,
) -> Result<(), BoxFault> {
    let context = workshop.context;
    if !context.sends(&workshop.network) {
        return Ok(());
    }
    if let (true, Some(before)) = (plan.diamond.is_some(), networks.first()) {
        let (network, before) = (workshop.network.name.clone(), before.clone());
        return Err(Held::Diamond { network, before }.into());
    }
    for network in networks {
        let mut args = context.args.for_network(network, plan_file(network));
        // Nothing is sent there.
        args.broadcast = false;
        let there = Context::new(&args, context.printer, context.stop.clone());
        look(workshop, &there, plan, network).await?;
    }
    Ok(())
}

async fn look(
    workshop: &Workshop<'_>,
    context: &Context<'_>,
    plan: &Plan,
    network: &Name,
) -> Result<(), BoxFault> {
    let not_passed = |why: String| Err(Held::NotPassed { network: network.clone(), why }.into());
    let unknown = |why: String| Err(Held::Unknown { network: network.clone(), why }.into());
    let there = workshop.on(context)?;
    let connection = context.connect(&there.network)?;
    let chain = match there.snapshot(&connection).await {
        Ok(chain) => chain,
        Err(fault) => return unknown(fault.to_string()),
    };
    let Some(active) = live(&chain) else { return not_passed("nothing is live there".into()) };
    let found = match there.active_plan(&connection, &chain, active).await {
        Ok(found) => found,
        Err(fault) => return unknown(fault.to_string()),
    };
    let Some(found) = found else {
        return unknown("the plan that is live there is neither in the project nor made by it".into());
    };
    if substance(&found) != substance(plan) {
        return not_passed(format!("epoch {} there is another release", found.epoch));
    }
    let seen = verify(&connection.endpoint, &found, Scope::Everything).await;
    match seen.report.verdict() {
        Verdict::Pass => Ok(()),
        Verdict::Unknown => unknown(trouble(seen.trouble.as_ref())),
        Verdict::Fail => {
            let worst =
                seen.report.checks.iter().filter(|c| c.verdict == Verdict::Fail).flat_map(|c| &c.findings);
            let first = worst.map(|f| format!("{}: {}", f.subject, f.evidence)).next();
            not_passed(first.unwrap_or_else(|| "it is not as planned".into()))
        }
    }
}

fn live(chain: &ChainSnapshot) -> Option<payrox_model::PlanId> {
    chain.dispatcher.as_ref().map(|d| d.active).filter(|a| a.epoch.0 > 0).map(|a| a.plan_id)
}

fn trouble(trouble: Option<&ChainError>) -> String {
    trouble.map_or_else(|| "it did not answer everything".into(), ToString::to_string)
}
