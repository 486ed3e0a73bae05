//! D: plans are deterministic, proved, and what the chain then has.

use super::{
    Run,
    fixture::Fixture,
    world::{World, holds},
};
use alloy_primitives::U256;
use payrox_model::{
    ActiveState, ChainSnapshot, CodeHash, DispatcherState, Epoch, Manifest, MerkleTree, PlanId, Root,
    RouterState,
    abi::{IManifestDispatcher as Dispatcher, IPayRoxRouter as Router},
};
use payrox_plan::{Parent, PlanOutcome};
use std::collections::BTreeSet;

pub(crate) const CHECKS: [(&str, Run); 7] = [
    ("planning twice gives equal bytes", deterministic),
    ("facets, selectors and code hashes are listed one for one", listed),
    ("every proof leads to the root, and no other leaf does", proved),
    ("the chain computes the same root, plan id and proofs", proved_on_chain),
    ("everything is where and what was predicted, immutables filled", predicted),
    ("a plan carries its way back", inverse),
    ("planning after apply says no changes", no_changes),
];

fn deterministic(world: &World) -> Result<(), String> {
    let again = Fixture::read()?.first()?;
    let (a, b) = (world.plan.to_json(), again.to_json());
    let (a, b) = (a.map_err(|e| e.to_string())?, b.map_err(|e| e.to_string())?);
    holds("the bytes differ", a == b)?;
    let read = payrox_plan::Plan::from_json("a plan", &a).map_err(|e| e.to_string())?;
    holds("it reads back as another plan", read == world.plan)
}

fn listed(world: &World) -> Result<(), String> {
    let plan = &world.plan;
    let selectors: BTreeSet<_> = plan.selectors.iter().collect();
    holds("selectors repeat", selectors.len() == plan.selectors.len())?;
    holds(
        "routes and selectors differ",
        plan.routes.iter().map(|r| r.selector).eq(plan.selectors.iter().copied()),
    )?;
    holds(
        "code hashes and facets differ",
        plan.facets.iter().map(|f| f.code_hash).eq(plan.codehashes.iter().copied()),
    )?;
    holds("the fixture's functions are not all there", plan.facets.len() == 2 && plan.routes.len() == 11)
}

fn manifest(world: &World) -> Result<Manifest, String> {
    Manifest::decode(&world.plan.manifest.bytes).map_err(|e| e.to_string())
}

fn proved(world: &World) -> Result<(), String> {
    let manifest = manifest(world)?;
    let leaves: Vec<_> = manifest.leaves().collect();
    for (i, leaf) in leaves.iter().enumerate() {
        let proof =
            world.plan.proofs.get(&leaf.selector).ok_or_else(|| format!("{} has no proof", leaf.selector))?;
        let leads = |hash, at| MerkleTree::verify(world.plan.root, hash, at, leaves.len(), proof);
        holds(&format!("the proof of {} does not lead to the root", leaf.selector), leads(leaf.hash(), i))?;
        let other = leaves[(i + 1) % leaves.len()].hash();
        holds(&format!("the proof of {} proves another leaf", leaf.selector), !leads(other, i))?;
    }
    Ok(())
}

fn proved_on_chain(world: &World) -> Result<(), String> {
    let plan_id = world.view(world.dispatcher(), &Dispatcher::planIdCall { plan: world.first() })?;
    holds("the plan's id is another", PlanId(plan_id) == world.plan.plan_id)?;
    // Staging recomputes the root; a wrong one is refused.
    world.live()?;
    let active = world.view(world.dispatcher(), &Dispatcher::activeCall {})?;
    holds("another root is active", Root(active.root) == world.plan.root)?;
    for (i, leaf) in manifest(world)?.leaves().enumerate() {
        let call = Dispatcher::verifyRouteCall {
            selector: leaf.selector.0.into(),
            facet: leaf.facet,
            codeHash: leaf.code_hash.0,
            flags: leaf.flags.0,
            index: U256::from(i),
            proof: world.plan.proofs.get(&leaf.selector).cloned().unwrap_or_default(),
        };
        holds(&format!("{} is not proved on chain", leaf.selector), world.view(world.dispatcher(), &call)?)?;
    }
    Ok(())
}

fn predicted(world: &World) -> Result<(), String> {
    for facet in &world.plan.facets {
        let hash = CodeHash::of(&world.chain.code(facet.address));
        holds(
            &format!("{} has code {hash}, {} was planned", facet.name, facet.code_hash),
            hash == facet.code_hash,
        )?;
    }
    let router = world.view(world.dispatcher(), &Dispatcher::routerCall {})?;
    holds("the router is elsewhere", router == world.router())?;
    let dispatcher = world.view(world.router(), &Router::dispatcherCall {})?;
    holds("the router obeys another dispatcher", dispatcher == world.dispatcher())
}

fn inverse(world: &World) -> Result<(), String> {
    let payrox_plan::Inverse::PauseAndFreeze { calls } = &world.plan.inverse else {
        return Err("the first release goes back by something else than pause and freeze".into());
    };
    world.live()?;
    for call in calls {
        world.send_value(world.guardian(), call.to, call.value, call.data.clone())?;
    }
    let status = world.view(world.dispatcher(), &Dispatcher::statusCall {})?;
    holds("the system is not paused and frozen", status.paused && status.frozen)
}

fn no_changes(world: &World) -> Result<(), String> {
    world.live()?;
    let active = world.view(world.dispatcher(), &Dispatcher::activeCall {})?;
    let status = world.view(world.dispatcher(), &Dispatcher::statusCall {})?;
    let dispatcher = DispatcherState {
        owner: world.owner(),
        pending_owner: Default::default(),
        router: world.router(),
        active: ActiveState {
            epoch: Epoch(active.epoch),
            plan_id: PlanId(active.planId),
            manifest: active.manifest,
            root: Root(active.root),
            activated_at: active.activatedAt,
        },
        pending: None,
        paused: status.paused,
        halted: status.halted,
        frozen: status.frozen,
        is_sealed: status.isSealed,
        floor: Epoch(status.floor),
        delay: status.delay,
    };
    let served = world.chain.code(active.manifest).get(1..).unwrap_or_default().to_vec();
    let snapshot = ChainSnapshot {
        chain_id: world.chain.chain_id(),
        dispatcher: Some(dispatcher),
        router: Some(RouterState { manifest: served }),
        ..ChainSnapshot::default()
    };
    match Fixture::read()?.plan(&snapshot, Some(&Parent::from(&world.plan)))? {
        PlanOutcome::NoChanges { plan_id, .. } => holds("by another plan", plan_id == world.plan.plan_id),
        PlanOutcome::Planned(plan) => Err(format!("there are changes: {:?}", plan.changes)),
    }
}
