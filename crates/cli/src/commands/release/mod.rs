//! `payrox release`: the same over many networks.

mod apply;
mod fault;
mod parity;
mod plan;
mod review;
mod status;
mod verify;

use crate::{
    args::{GlobalArgs, ReleaseArgs, ReleaseVerb},
    context::Context,
    fault::CliFault,
    passed::plan_file,
    planning::Workshop,
};
use fault::OnNetwork;
use payrox_artifacts::ArtifactSet;
use payrox_config::{ReleaseSettings, Source};
use payrox_model::{BoxFault, ExitCode, Name};
use payrox_plan::{Plan, Release, ReleaseError};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

pub(crate) async fn release(verb: &ReleaseVerb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        ReleaseVerb::Plan(args) => plan::plan(args, context).await,
        ReleaseVerb::Review(args) => review::review(args, context),
        ReleaseVerb::Status(_) => status::status(context).await,
        ReleaseVerb::Apply(args) => apply::apply(args, context).await,
        ReleaseVerb::Verify(_) => verify::verify(context).await,
    }
}

/// `artifacts/release.json`.
fn file(context: &Context<'_>) -> PathBuf {
    context.inside(Path::new("artifacts/release.json"))
}

/// The release and its plans, in the same order.
fn read(context: &Context<'_>) -> Result<(Release, Vec<Plan>), BoxFault> {
    let release = Release::read(&file(context))?;
    let plan = |network: &Name| release.read_plan(network, &context.inside(&plan_file(network)));
    let plans = release.networks.iter().map(|part| plan(&part.network)).collect::<Result<_, _>>()?;
    Ok((release, plans))
}

/// What the file says, or nothing where there is none and none was named.
fn settings(context: &Context<'_>, args: &ReleaseArgs) -> Result<ReleaseSettings, BoxFault> {
    let path = context.inside(args.file.as_deref().unwrap_or(Path::new("release.toml")));
    if args.file.is_none() && !path.exists() {
        return Ok(ReleaseSettings::default());
    }
    Ok(ReleaseSettings::load(&path)?)
}

/// What the file says, as far as it is about these networks, and what their own files demand.
fn settings_for(
    mut settings: ReleaseSettings,
    networks: &BTreeSet<Name>,
    workshops: &[Workshop<'_>],
) -> ReleaseSettings {
    settings.networks.clone_from(networks);
    settings.canary.retain(|name| networks.contains(name));
    settings.requires_passed_on.retain(|name, _| networks.contains(name));
    for workshop in workshops {
        let network = &workshop.network;
        if !network.requires_passed_on.is_empty() {
            let all = settings.requires_passed_on.entry(network.name.clone()).or_default();
            all.extend(network.requires_passed_on.iter().cloned());
        }
    }
    settings
}

/// The arguments as each network has them.
fn arguments<'n>(
    context: &Context<'_>,
    networks: impl Iterator<Item = &'n Name>,
) -> Result<Vec<GlobalArgs>, BoxFault> {
    let networks: BTreeSet<_> = networks.collect();
    let args = context.args;
    let usage = |text: &str, hint: &str| {
        Err(CliFault::Usage { text: text.to_owned(), hint: Some(hint.to_owned()) }.into())
    };
    for (flag, given) in [("network", args.network.is_some()), ("plan", args.plan.is_some())] {
        if given && matches!(args.source(flag), Source::Flag(_)) {
            return usage(
                &format!("--{flag} does not go with a release"),
                "choose networks with `payrox release plan --networks a,b,c`",
            );
        }
    }
    for (flag, given) in [("unsigned", &args.signing.unsigned), ("signed", &args.signing.signed)] {
        if given.is_some() {
            return usage(
                &format!("--{flag} does not go with a release"),
                "sign elsewhere with `payrox run`, one network after the other",
            );
        }
    }
    for (name, _) in args.named_endpoints() {
        match name {
            Some(network) if networks.contains(&network) => {}
            Some(network) => return Err(ReleaseError::Stranger { network }.into()),
            None if matches!(args.source("rpc_url"), Source::Flag(_)) => {
                return usage(
                    "--rpc-url does not say which network it is for",
                    "write --rpc-url NAME=URL, once for each network",
                );
            }
            // One for all would be wrong for all but one.
            None => context.printer.notice("ETH_RPC_URL names no network and is not used: write NAME=URL"),
        }
    }
    Ok(networks.into_iter().map(|name| args.for_network(name, plan_file(name))).collect())
}

/// A context of its own for each network.
fn contexts<'a>(context: &Context<'a>, args: &'a [GlobalArgs]) -> Vec<Context<'a>> {
    args.iter().map(|args| Context::new(args, context.printer, context.stop.clone())).collect()
}

/// A workshop for each; the artifacts are read once. What stops one of them stops all, before anything is done.
fn workshops<'a>(contexts: &'a [Context<'a>]) -> Result<Vec<Workshop<'a>>, BoxFault> {
    let mut all: Vec<Workshop<'a>> = Vec::with_capacity(contexts.len());
    for context in contexts {
        let opened = match all.first() {
            None => Workshop::open(context),
            Some(first) => first.on(context),
        };
        let opened = opened.map_err(|fault| OnNetwork::of(context.args.network.as_deref(), fault))?;
        // What is the same on two networks is judged by what a plan brings; two diamonds were different before.
        crate::diamond::refuse(&opened.project, "release")?;
        all.push(opened);
    }
    Ok(all)
}

/// A facet's constructor arguments by name.
fn named_arguments(artifacts: &ArtifactSet, contract: &str, encoded: &[u8]) -> Option<Vec<(String, String)>> {
    payrox_artifacts::decode_constructor(artifacts.get(contract).ok()?, encoded)
}
