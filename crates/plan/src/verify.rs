//! Whether every part of a plan follows from the others, so that what is shown is what is sent.
//!
//! What a plan cannot prove about itself is whose code it deploys: [`Plan::check_release`] does for the singletons, the
//! artifacts' hash for the facets.

mod diamond;

use crate::{
    Call, Effect, Inverse, Mutability, Phase, Plan, PlannedFacet, PlannedStep, ReleaseCode, Sender, Table,
    address::{self, CREATE2_DEPLOYER, Core, create2},
    cost, diff,
    lower::{Backend, Lower as _, PayRox, Transition},
    plan_id,
    steps::anyone,
};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::SolCall as _;
use payrox_model::{
    CodeHash, Epoch, Manifest, PlanId, RouteFlags, Salt, Selector,
    abi::{IDeterministicChunkFactory as F, IManifestDispatcher as D, IPayRoxLauncher},
};
use std::collections::BTreeMap;

/// A part that does not follow from the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` does not follow from the rest of the plan{}", detail(.subject))]
pub struct Inconsistency {
    field: &'static str,
    subject: String,
}

fn detail(subject: &str) -> String {
    if subject.is_empty() { String::new() } else { format!(": {}", payrox_model::text::escape(subject)) }
}

type Checked = Result<(), Inconsistency>;

fn demand(holds: bool, field: &'static str, subject: impl Into<String>) -> Checked {
    if holds { Ok(()) } else { Err(Inconsistency { field, subject: subject.into() }) }
}

impl Plan {
    /// Whether every part follows from the others.
    ///
    /// # Errors
    /// The first part that does not.
    pub fn check(&self) -> Result<(), Inconsistency> {
        if let Some(part) = &self.diamond {
            return self.check_diamond(part);
        }
        let manifest = Manifest::decode(&self.manifest.bytes)
            .map_err(|e| Inconsistency { field: "manifest.bytes", subject: e.to_string() })?;
        self.check_onchain(&manifest)?;
        self.check_facets(&manifest)?;
        self.check_routes(&manifest)?;
        self.check_steps(&manifest)?;
        self.check_inverse()?;
        let costs = cost::costs(&self.steps, self.costs.code_bytes);
        demand(costs == self.costs, "costs", "")?;
        if self.epoch.0 == 1 {
            let table = self.table().unwrap_or_default();
            demand(self.changes == diff(&Table::new(), &table), "changes", "")?;
        }
        Ok(())
    }

    /// Whether the singletons that it deploys and the system it launches are those of this release.
    ///
    /// # Errors
    /// When one is not.
    pub fn check_release(&self, release: &ReleaseCode) -> Result<(), Inconsistency> {
        let predicted = Core::predict(release, &self.system).addresses;
        let same = match self.diamond {
            None => predicted == self.addresses,
            Some(_) => predicted.factory == self.addresses.factory,
        };
        demand(same, "addresses", "another release")
    }

    fn check_onchain(&self, manifest: &Manifest) -> Checked {
        let at = address::chunk(self.addresses.factory, &self.manifest.bytes);
        demand(self.manifest.address == at, "manifest.address", "")?;
        demand(self.root == manifest.root(), "root", "")?;
        let onchain = &self.onchain;
        demand(onchain.router == self.addresses.router, "onchain.router", "")?;
        demand(onchain.epoch == self.epoch.0 && onchain.epoch > 0, "onchain.epoch", "")?;
        demand(onchain.parent == self.parent, "onchain.parent", "")?;
        // Active, it would refuse its own way back: the epoch before lies below the floor.
        demand(onchain.floor < self.epoch.0, "onchain.floor", "")?;
        demand(self.parent.is_zero() == (self.epoch == Epoch(1)), "parent", "")?;
        demand(onchain.manifest == at, "onchain.manifest", "")?;
        demand(onchain.root == self.root, "onchain.root", "")?;
        demand(usize::from(onchain.routes) == manifest.routes().len(), "onchain.routes", "")?;
        let (target, code, data) = match &self.init {
            Some(init) => (init.target, init.code_hash, keccak256(&init.data)),
            None => (Address::ZERO, CodeHash::ZERO, B256::ZERO),
        };
        let found = (onchain.init_target, onchain.init_code_hash, onchain.init_data_hash);
        demand(found == (target, code, data), "onchain.initTarget", "")?;
        let id = plan_id(self.chain_id, self.addresses.dispatcher, onchain);
        demand(self.plan_id == id, "planId", "")
    }

    fn check_facets(&self, manifest: &Manifest) -> Checked {
        demand(self.facets.len() == manifest.facets().len(), "facets", "")?;
        for (facet, entry) in self.facets.iter().zip(manifest.facets()) {
            let predicted = self.addresses.factory.create2(facet.salt.0, facet.init_code_hash);
            let good = facet.address == entry.address
                && facet.address == predicted
                && facet.code_hash == entry.code_hash
                && self.facets.iter().filter(|f| f.name == facet.name).count() == 1;
            demand(good, "facets", facet.name.as_str())?;
        }
        let hashes = manifest.facets().iter().map(|f| f.code_hash);
        demand(hashes.eq(self.codehashes.iter().copied()), "codehashes", "")
    }

    fn check_routes(&self, manifest: &Manifest) -> Checked {
        let selectors = manifest.routes().iter().map(|r| r.selector);
        demand(selectors.eq(self.selectors.iter().copied()), "selectors", "")?;
        demand(self.routes.len() == manifest.routes().len(), "routes", "")?;
        demand(self.proofs.len() == self.routes.len(), "proofs", "")?;
        let names: BTreeMap<_, _> = self.facets.iter().map(|f| (&f.name, f.address)).collect();
        let tree = manifest.tree();
        let mut unlocked = Vec::new();
        for (i, (route, entry)) in self.routes.iter().zip(manifest.routes()).enumerate() {
            let receive = route.flags.contains(RouteFlags::RECEIVE);
            let named = match receive {
                true => route.signature == "receive()" && route.selector == Selector::RECEIVE,
                false => Selector::of(&route.signature) == route.selector,
            };
            let facet = names.get(&route.facet).copied();
            let routed = facet.is_some() && (receive || facet == Some(manifest.facet_of(entry).address));
            let same = (route.selector, route.flags) == (entry.selector, entry.flags);
            demand(named && routed && same, "routes", &*route.signature)?;
            demand(self.proofs.get(&route.selector) == tree.proof(i).as_ref(), "proofs", &*route.signature)?;
            let locked = route.flags.contains(RouteFlags::LOCK);
            demand(!locked || route.mutability.writes(), "routes", &*route.signature)?;
            demand(!receive || route.mutability == Mutability::Payable, "routes", &*route.signature)?;
            if route.mutability.writes() && !locked && !receive {
                unlocked.push(route.signature.as_str());
            }
        }
        unlocked.sort_unstable();
        demand(self.unlocked.iter().map(|u| u.function.as_str()).eq(unlocked), "unlocked", "")
    }

    fn check_steps(&self, manifest: &Manifest) -> Checked {
        let mut steps = self.steps.iter();
        let mut next = |name: &str| {
            let step = steps.next().filter(|s| s.name == name);
            step.ok_or_else(|| Inconsistency { field: "steps", subject: name.to_owned() })
        };
        let a = &self.addresses;
        let factory = next("factory")?;
        demand(is_factory(factory, a.factory), "steps", "factory")?;
        for (name, at) in
            [("extension", a.extension), ("implementation", a.implementation), ("launcher", a.launcher)]
        {
            demand(self.deploys(next(name)?, Phase::Dispatcher, at, None), "steps", name)?;
        }
        let launch = next("launch")?;
        demand(self.is_launch(launch), "steps", "launch")?;
        let router = next("router")?;
        demand(self.is_router(router, launch), "steps", "router")?;
        let mut by_name: Vec<_> = self.facets.iter().collect();
        by_name.sort_by_key(|f| &f.name);
        for facet in by_name {
            let name = format!("facet {}", facet.name);
            demand(self.deploys_facet(next(&name)?, facet), "steps", name)?;
        }
        if let Some(init) = &self.init {
            let contract = init.contract.rsplit(':').next().unwrap_or_default();
            let name = format!("init {contract}");
            let hash = Some(init.code_hash);
            demand(self.deploys(next(&name)?, Phase::Facets, init.target, hash), "steps", name)?;
        }
        demand(self.stages_manifest(next("manifest")?), "steps", "manifest")?;
        let after: Vec<_> =
            self.steps.iter().map(|s| s.name.clone()).take(self.steps.len().saturating_sub(2)).collect();
        for expected in self.lowered(manifest, &after) {
            demand(next(&expected.name)? == &expected, "steps", expected.name)?;
        }
        demand(steps.next().is_none(), "steps", "one too many")
    }

    fn lowered(&self, manifest: &Manifest, after: &[String]) -> Vec<PlannedStep> {
        let empty = Bytes::new();
        Backend::payrox(self.addresses.dispatcher).forward(&Transition {
            onchain: &self.onchain,
            from: None,
            to: manifest,
            parent: None,
            init_target: self.onchain.init_target,
            init_data: self.init.as_ref().map_or(&empty, |i| &i.data),
            after,
        })
    }

    /// The step deploys, through the factory and with the expected hash, exactly what stands at the address.
    fn deploys(&self, step: &PlannedStep, phase: Phase, at: Address, hash: Option<CodeHash>) -> bool {
        self.deployed(step, phase, at).is_some_and(|(code_hash, _)| hash.is_none_or(|h| h == code_hash))
    }

    fn deploys_facet(&self, step: &PlannedStep, facet: &PlannedFacet) -> bool {
        self.deployed(step, Phase::Facets, facet.address).is_some_and(|(code_hash, call)| {
            let init_code = [call.initCode.as_ref(), &call.constructorArgs].concat();
            code_hash == facet.code_hash
                && call.salt == facet.salt.0
                && call.constructorArgs == facet.constructor_args
                && keccak256(init_code) == facet.init_code_hash
        })
    }

    fn deployed(
        &self,
        step: &PlannedStep,
        phase: Phase,
        at: Address,
    ) -> Option<(CodeHash, F::deployDeterministic_1Call)> {
        let (Effect::Code { address, code_hash }, Some(sent)) = (&step.effect, &step.call) else {
            return None;
        };
        let call = F::deployDeterministic_1Call::abi_decode(&sent.data).ok()?;
        let init_code = [call.initCode.as_ref(), &call.constructorArgs].concat();
        let good = step.phase == phase
            && step.after == ["factory"]
            && *address == at
            && create2(self.addresses.factory, Salt(call.salt), &init_code) == at
            && call.expectedCodeHash == code_hash.0
            // Decoding forgives; only one encoding is accepted.
            && *sent == anyone(self.addresses.factory, call.abi_encode());
        good.then_some((*code_hash, call))
    }

    fn is_launch(&self, step: &PlannedStep) -> bool {
        let config = address::system_config(&self.system);
        let data = IPayRoxLauncher::launchCall { config }.abi_encode();
        step.phase == Phase::Dispatcher
            && matches!(step.effect, Effect::System { .. })
            && step.call == Some(anyone(self.addresses.launcher, data))
            && step.after == ["extension", "implementation", "launcher"]
    }

    fn is_router(&self, step: &PlannedStep, launch: &PlannedStep) -> bool {
        let Effect::System { router_code_hash, .. } = &launch.effect else { return false };
        let own = Effect::Code { address: self.addresses.router, code_hash: *router_code_hash };
        // An adopted proxy points to a router elsewhere.
        let effect = step.effect == own || !self.system.proxy.is_zero();
        step.phase == Phase::Router && step.call.is_none() && step.after == ["launch"] && effect
    }

    fn stages_manifest(&self, step: &PlannedStep) -> bool {
        let bytes = &self.manifest.bytes;
        let effect =
            Effect::Code { address: self.manifest.address, code_hash: address::chunk_code_hash(bytes) };
        let data = F::stageCall { data: bytes.clone() }.abi_encode();
        step.phase == Phase::Facets
            && step.effect == effect
            && step.call == Some(anyone(self.addresses.factory, data))
            && step.after == ["factory"]
    }

    fn check_inverse(&self) -> Checked {
        let back = PayRox { dispatcher: self.addresses.dispatcher };
        let good = match &self.inverse {
            Inverse::PauseAndFreeze { calls } => {
                self.parent == PlanId::ZERO && *calls == back.pause_and_freeze()
            }
            Inverse::Rollback { target_epoch, root, calls } => match calls.as_slice() {
                [call] => self.is_rollback(call, *target_epoch, root.0),
                _ => false,
            },
            Inverse::CutBack { .. } => false,
        };
        demand(good, "inverse", "")
    }

    fn is_rollback(&self, call: &Call, target_epoch: Epoch, root: B256) -> bool {
        let Ok(decoded) = D::rollbackCall::abi_decode(&call.data) else { return false };
        let target = crate::OnchainPlan::from(&decoded.target);
        call.sender == Sender::Owner
            && target_epoch.0 + 1 == self.epoch.0
            && target.root.0 == root
            && plan_id(self.chain_id, self.addresses.dispatcher, &target) == self.parent
            && *call
                == PayRox { dispatcher: self.addresses.dispatcher }.rollback(
                    self.epoch,
                    target_epoch,
                    &target,
                )
    }
}

fn is_factory(step: &PlannedStep, at: Address) -> bool {
    let (Effect::Code { address, .. }, Some(call)) = (&step.effect, &step.call) else { return false };
    let Some((salt, init_code)) = call.data.split_first_chunk::<32>() else { return false };
    step.phase == Phase::Factory
        && step.after.is_empty()
        && *address == at
        && *salt == address::SALT.0.0
        && create2(CREATE2_DEPLOYER, address::SALT, init_code) == at
        && *call == anyone(CREATE2_DEPLOYER, call.data.to_vec())
}
