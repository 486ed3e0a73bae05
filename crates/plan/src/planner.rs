//! The planner: one pure function.

use crate::{
    Constructor, InitPart, Inputs, ManifestPart, Names, OnchainPlan, Parent, Plan, PlanError, PlannedFacet,
    PlannedRoute, SystemPart, Unlocked,
    address::{self, Core},
    cost, diamond, diff,
    facet::{self, Deployment, Facet, Resolver},
    lower::{Backend, Lower as _, Transition},
    plan_id, steps,
};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use payrox_config::TargetKind;
use payrox_model::{Addresses, CodeHash, Epoch, Manifest, PlanId, RouteFlags, Selector, version};
use std::collections::BTreeMap;

/// What planning came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is used at once")]
pub enum PlanOutcome {
    /// There is something to do.
    Planned(Plan),
    /// The chain serves exactly this already.
    NoChanges {
        /// Where.
        addresses: Addresses,
        /// What is active.
        epoch: Epoch,
        /// By which plan.
        plan_id: PlanId,
    },
}

/// The addresses of a system: what a snapshot must look at before there can be a plan.
///
/// # Errors
/// When the system's name is too long, or one of its own contracts is to hold a role.
pub fn addresses(inputs: &Inputs<'_>) -> Result<Addresses, PlanError> {
    match inputs.project.system.target.value {
        TargetKind::PayRox => Ok(core(inputs)?.1.addresses),
        TargetKind::Eip2535 => diamond::addresses(inputs),
    }
}

/// Makes the plan: the same inputs give the same bytes.
///
/// # Errors
/// The first reason why these inputs make no plan.
pub fn plan(inputs: Inputs<'_>, constructor: &dyn Constructor) -> Result<PlanOutcome, PlanError> {
    if inputs.project.system.target.value == TargetKind::Eip2535 {
        return Ok(match diamond::diamond(inputs, constructor)? {
            plan if plan.parent.0 == plan.root.0 => {
                PlanOutcome::NoChanges { addresses: plan.addresses, epoch: plan.epoch, plan_id: plan.plan_id }
            }
            plan => PlanOutcome::Planned(plan),
        });
    }
    let (system, core) = core(&inputs)?;
    check_chain(&inputs, &core.addresses)?;
    let hashes = core_hashes(&core, constructor)?;
    let resolver = Resolver { inputs, constructor, addresses: core.addresses };
    let facets = resolve_facets(&resolver)?;
    let manifest = manifest(&facets)?;
    let bytes = manifest.encode();

    let active = inputs.chain.dispatcher.as_ref().map(|d| d.active).filter(|a| a.epoch.0 > 0);
    let epoch = Epoch(active.map_or(0, |a| a.epoch.0) + 1);
    let served = served(&inputs)?;
    let again = inputs.project.init.as_ref().is_some_and(|init| init.epoch == Some(epoch.0));
    if let Some(active) = active.filter(|_| !again && served.as_ref() == Some(&manifest)) {
        return Ok(PlanOutcome::NoChanges {
            addresses: core.addresses,
            epoch: active.epoch,
            plan_id: active.plan_id,
        });
    }
    let parent = check_parent(&inputs, &core.addresses)?;
    let init = init(&resolver, epoch)?;
    let tree = manifest.tree();
    let onchain = OnchainPlan {
        router: core.addresses.router,
        epoch: epoch.0,
        parent: active.map_or(PlanId::ZERO, |a| a.plan_id),
        manifest: address::chunk(core.addresses.factory, &bytes),
        root: tree.root(),
        // A manifest has at most 3,900 routes.
        routes: u16::try_from(manifest.routes().len()).unwrap_or(u16::MAX),
        init_target: init.as_ref().map_or(Address::ZERO, |(part, _)| part.target),
        init_code_hash: init.as_ref().map_or(CodeHash::ZERO, |(part, _)| part.code_hash),
        init_data_hash: init.as_ref().map_or(B256::ZERO, |(part, _)| keccak256(&part.data)),
        not_before: 0,
        window: inputs.project.system.window.value,
        undo_for: inputs.project.system.undo_for.value,
        floor: inputs.chain.dispatcher.as_ref().map_or(0, |d| d.floor.0),
    };

    let served_by = served_by(&inputs, &system, hashes.router)?;
    let mut all = steps::core(&core, &hashes, served_by, address::system_config(&system));
    let deployment = init.as_ref().map(|(_, deployment)| deployment);
    all.extend(steps::release(core.addresses.factory, &facets, deployment, &bytes));
    // Staging proves facets and manifest and needs the system: all of it, in the order of the list.
    let after: Vec<String> = all.iter().map(|s| s.name.clone()).collect();
    let empty = Bytes::new();
    let transition = Transition {
        onchain: &onchain,
        from: served.as_ref(),
        to: &manifest,
        parent: parent.map(|p| &p.onchain),
        init_target: onchain.init_target,
        init_data: init.as_ref().map_or(&empty, |(part, _)| &part.data),
        after: &after,
    };
    let backend = Backend::payrox(core.addresses.dispatcher);
    all.extend(backend.forward(&transition));
    let inverse = backend.backward(&transition);

    let brought = facets.iter().map(|f| &f.deployment).chain(deployment).map(|d| d.size).sum::<u64>();
    let code_bytes = hashes.code_bytes + brought + bytes.len() as u64 + 1;
    let routes = planned_routes(&manifest, &facets);
    let mut plan = Plan {
        version: version::PLAN,
        network: inputs.network.name.clone(),
        chain_id: inputs.network.chain_id,
        system,
        addresses: core.addresses,
        epoch,
        parent: onchain.parent,
        plan_id: plan_id(inputs.network.chain_id, core.addresses.dispatcher, &onchain),
        root: onchain.root,
        manifest: ManifestPart { address: onchain.manifest, bytes: bytes.into() },
        onchain,
        init: init.map(|(part, _)| part),
        selectors: routes.iter().map(|r| r.selector).collect(),
        codehashes: manifest.facets().iter().map(|f| f.code_hash).collect(),
        facets: planned_facets(&manifest, &facets),
        proofs: routes.iter().enumerate().filter_map(|(i, r)| Some((r.selector, tree.proof(i)?))).collect(),
        routes,
        unlocked: unlocked(facets),
        changes: Vec::new(),
        costs: cost::costs(&all, code_bytes),
        steps: all,
        inverse,
        diamond: None,
        artifacts_hash: inputs.artifacts.hash(),
        content_hash: B256::ZERO,
    };
    plan.changes = changes(&plan, served.as_ref(), &manifest, parent);
    plan.content_hash = plan.compute_content_hash()?;
    Ok(PlanOutcome::Planned(plan))
}

/// The code that stands where users call: the router's, or that of the proxy that is adopted.
fn served_by(inputs: &Inputs<'_>, system: &SystemPart, router: CodeHash) -> Result<CodeHash, PlanError> {
    match system.proxy {
        Address::ZERO => Ok(router),
        proxy => inputs.chain.code.get(&proxy).copied().ok_or(PlanError::NoProxy(proxy)),
    }
}

fn core(inputs: &Inputs<'_>) -> Result<(SystemPart, Core), PlanError> {
    let (project, network) = (inputs.project, inputs.network);
    let system = SystemPart {
        name: project.name.value.clone(),
        roles: network.roles.clone().ok_or_else(|| PlanError::NoRoles(network.name.to_string()))?,
        delay: network.delay.as_ref().unwrap_or(&project.system.delay).value,
        proxy: network.proxy.as_ref().map_or(Address::ZERO, |proxy| proxy.value),
    };
    if system.name.as_str().len() > 32 {
        return Err(PlanError::LongName(system.name.to_string()));
    }
    let core = Core::predict(inputs.release, &system);
    let a = core.addresses;
    let router = core.router.address;
    let own = [a.factory, a.extension, a.implementation, a.launcher, a.dispatcher, a.router, router];
    let roles = &system.roles;
    let holders = [("owner", &roles.owner), ("bootstrapper", &roles.bootstrapper)]
        .into_iter()
        .chain(roles.guardians.iter().map(|g| ("a guardian", g)))
        .chain(roles.operators.iter().map(|o| ("an operator", o)));
    for (role, &account) in holders {
        if own.contains(&account) {
            return Err(PlanError::CoreAccount { role, account });
        }
    }
    if let Some(facet) = network.args.keys().find(|name| project.facet(name).is_none()) {
        return Err(PlanError::StrayArguments {
            network: network.name.to_string(),
            facet: facet.to_string(),
        });
    }
    Ok((system, core))
}

fn check_chain(inputs: &Inputs<'_>, addresses: &Addresses) -> Result<(), PlanError> {
    let (wanted, found) = (inputs.network.chain_id, inputs.chain.chain_id);
    if wanted != found {
        return Err(PlanError::WrongChain { network: inputs.network.name.to_string(), wanted, found });
    }
    match &inputs.chain.dispatcher {
        Some(d) if d.router != addresses.router => Err(PlanError::OtherRouter {
            dispatcher: addresses.dispatcher,
            wanted: addresses.router,
            found: d.router,
        }),
        Some(d) if d.is_sealed => Err(PlanError::Sealed),
        _ => Ok(()),
    }
}

fn core_hashes(core: &Core, constructor: &dyn Constructor) -> Result<steps::CoreHashes, PlanError> {
    let mut code_bytes = core.dispatcher.runtime.len() as u64;
    let mut hash = |creation| {
        let code = facet::run(constructor, creation)?;
        code_bytes += code.len() as u64;
        Ok::<_, PlanError>(CodeHash::of(&code))
    };
    let factory = hash(&core.factory)?;
    let [a, b, c] = &core.singletons;
    Ok(steps::CoreHashes {
        factory,
        singletons: [hash(&a.creation)?, hash(&b.creation)?, hash(&c.creation)?],
        dispatcher: core.dispatcher.code_hash(),
        router: hash(&core.router)?,
        code_bytes,
    })
}

fn resolve_facets(resolver: &Resolver<'_>) -> Result<Vec<Facet>, PlanError> {
    let settings = &resolver.inputs.project.facets;
    let facets = settings.iter().map(|s| resolver.facet(s)).collect::<Result<Vec<_>, _>>()?;
    let mut by_address = BTreeMap::new();
    let mut by_selector = BTreeMap::<Selector, &PlannedRoute>::new();
    for facet in &facets {
        if let Some(first) = by_address.insert(facet.planned.address, &facet.planned.name) {
            let (first, second) = (first.to_string(), facet.planned.name.to_string());
            return Err(PlanError::SameCode { first, second });
        }
        for route in &facet.routes {
            let Some(first) = by_selector.insert(route.selector, route) else { continue };
            if route.flags.contains(RouteFlags::RECEIVE) {
                let (first, second) = (first.facet.to_string(), route.facet.to_string());
                return Err(PlanError::ReceiveTwice { first, second });
            }
            let named = |r: &PlannedRoute| format!("{}.{}", r.facet, r.signature);
            return Err(PlanError::Collision {
                selector: route.selector,
                first: named(first),
                second: named(route),
            });
        }
    }
    Ok(facets)
}

fn manifest(facets: &[Facet]) -> Result<Manifest, PlanError> {
    let entries = facets.iter().map(|f| (f.planned.address, f.planned.code_hash));
    let routes =
        facets.iter().flat_map(|f| f.routes.iter().map(|r| (r.selector, f.planned.address, r.flags)));
    Ok(Manifest::build(entries, routes)?)
}

/// What the chain serves; `None` before the first release.
fn served(inputs: &Inputs<'_>) -> Result<Option<Manifest>, PlanError> {
    match &inputs.chain.router {
        Some(router) if !router.manifest.is_empty() => {
            Manifest::decode(&router.manifest).map(Some).map_err(PlanError::ActiveManifest)
        }
        _ => Ok(None),
    }
}

fn check_parent<'a>(inputs: &Inputs<'a>, addresses: &Addresses) -> Result<Option<&'a Parent>, PlanError> {
    let Some(active) = inputs.chain.dispatcher.as_ref().map(|d| d.active).filter(|a| a.epoch.0 > 0) else {
        return Ok(None);
    };
    let parent =
        inputs.parent.ok_or(PlanError::ParentUnknown { epoch: active.epoch, plan_id: active.plan_id })?;
    let given = plan_id(inputs.network.chain_id, addresses.dispatcher, &parent.onchain);
    if given != active.plan_id {
        return Err(PlanError::ParentMismatch { given, active: active.plan_id });
    }
    Ok(Some(parent))
}

fn init(resolver: &Resolver<'_>, epoch: Epoch) -> Result<Option<(InitPart, Deployment)>, PlanError> {
    let Some(init) = &resolver.inputs.project.init else { return Ok(None) };
    let written = init.epoch.unwrap_or(1);
    if written != epoch.0 {
        return Err(PlanError::InitEpoch { written, planned: epoch.0 });
    }
    let (deployment, data) = resolver.init(init)?;
    let part = InitPart {
        contract: init.contract.to_string(),
        target: deployment.creation.address,
        code_hash: deployment.code_hash,
        data,
    };
    Ok(Some((part, deployment)))
}

/// In manifest order.
fn planned_facets(manifest: &Manifest, facets: &[Facet]) -> Vec<PlannedFacet> {
    let by_address: BTreeMap<_, _> = facets.iter().map(|f| (f.planned.address, &f.planned)).collect();
    manifest.facets().iter().filter_map(|f| by_address.get(&f.address).map(|&p| p.clone())).collect()
}

/// In manifest order.
fn planned_routes(manifest: &Manifest, facets: &[Facet]) -> Vec<PlannedRoute> {
    let by_selector: BTreeMap<_, _> =
        facets.iter().flat_map(|f| &f.routes).map(|r| (r.selector, r)).collect();
    manifest.routes().iter().filter_map(|r| by_selector.get(&r.selector).map(|&p| p.clone())).collect()
}

/// By function name, so that the order of the project file does not matter.
fn unlocked(facets: Vec<Facet>) -> Vec<Unlocked> {
    let mut all: Vec<_> = facets.into_iter().flat_map(|f| f.unlocked).collect();
    all.sort_by(|a, b| a.function.cmp(&b.function));
    all
}

fn changes(
    plan: &Plan,
    served: Option<&Manifest>,
    manifest: &Manifest,
    parent: Option<&Parent>,
) -> Vec<crate::Change> {
    let own = Names::of(plan);
    let mut names = parent.map(|p| p.names.clone()).unwrap_or_default();
    names.extend(&own);
    let old = served.map(|m| diff::table(m, &names)).unwrap_or_default();
    diff::diff(&old, &diff::table(manifest, &own))
}
