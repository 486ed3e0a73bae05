//! What the journal is told about contracts.

use alloy_primitives::{Address, Bytes};
use payrox_journal::Placed;
use payrox_plan::{Effect, Plan, PlannedStep};

/// The contracts a step is about, under the names people know.
pub(crate) fn placed(plan: &Plan, step: &PlannedStep) -> Vec<Placed> {
    let one = |name: &str, address, code_hash, constructor_args| Placed {
        name: name.to_owned(),
        address,
        code_hash,
        constructor_args,
    };
    match &step.effect {
        Effect::Code { address, code_hash } => {
            let (name, args) = name(plan, step, *address);
            vec![one(&name, *address, *code_hash, args)]
        }
        Effect::System { dispatcher_code_hash, router_code_hash } => vec![
            one("ManifestDispatcher", plan.addresses.dispatcher, *dispatcher_code_hash, Bytes::new()),
            one("PayRoxProxyRouter", plan.addresses.router, *router_code_hash, router_args(plan)),
        ],
        Effect::Staged | Effect::Active | Effect::Cut { .. } => Vec::new(),
    }
}

fn router_args(plan: &Plan) -> Bytes {
    plan.addresses.extension.into_word().0.into()
}

fn name(plan: &Plan, step: &PlannedStep, address: Address) -> (String, Bytes) {
    let core = &plan.addresses;
    let known = [
        (core.factory, "DeterministicChunkFactory"),
        (core.extension, "PayRoxRouterExtension"),
        (core.implementation, "ManifestDispatcherImplementation"),
        (core.launcher, "PayRoxLauncher"),
        (plan.manifest.address, "Manifest"),
    ];
    if address == core.router {
        return ("PayRoxProxyRouter".into(), router_args(plan));
    }
    if let Some((_, name)) = known.iter().find(|(at, _)| *at == address) {
        return ((*name).to_owned(), Bytes::new());
    }
    if let Some(facet) = plan.facets.iter().find(|facet| facet.address == address) {
        return (facet.name.to_string(), facet.constructor_args.clone());
    }
    let init = plan.init.as_ref().filter(|init| init.target == address);
    let init = init.map(|init| init.contract.rsplit(':').next().unwrap_or(&init.contract).to_owned());
    (init.unwrap_or_else(|| step.name.clone()), Bytes::new())
}
