//! From the parts that a plan for a diamond is made of to the document, in one place: the planner, the way back and the reader all
//! end here, so that a plan is accepted only if it is what would be written.

use super::{DiamondPart, Lack, ServedPart, parent};
use crate::{
    InitPart, ManifestPart, Names, OnchainPlan, Plan, PlanError, PlannedStep, SystemPart, cost, diff,
    lower::{Backend, Lower as _, Transition},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use payrox_model::{Addresses, ChainId, Epoch, Name, PlanId, Root, version};
use std::collections::BTreeMap;

/// All that a plan for a diamond follows from.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) network: Name,
    pub(crate) chain_id: ChainId,
    pub(crate) system: SystemPart,
    pub(crate) addresses: Addresses,
    pub(crate) before: ServedPart,
    pub(crate) after: ServedPart,
    pub(crate) init: Option<InitPart>,
    pub(crate) deployments: Vec<PlannedStep>,
    pub(crate) code_bytes: u64,
    pub(crate) artifacts_hash: B256,
}

impl Draft {
    /// What a plan was made from, by its own word.
    pub(crate) fn of(plan: &Plan, part: &DiamondPart) -> Self {
        let is_code = |step: &&PlannedStep| matches!(step.effect, crate::Effect::Code { .. });
        Self {
            network: plan.network.clone(),
            chain_id: plan.chain_id,
            system: plan.system.clone(),
            addresses: super::of(plan.addresses.factory, part.address),
            before: part.before.clone(),
            after: ServedPart { facets: plan.facets.clone(), routes: plan.routes.clone() },
            init: plan.init.clone(),
            deployments: plan.steps.iter().take_while(is_code).cloned().collect(),
            code_bytes: plan.costs.code_bytes,
            artifacts_hash: plan.artifacts_hash,
        }
    }

    pub(crate) fn finish(self) -> Result<Plan, PlanError> {
        let (old, new) = (self.before.manifest()?, self.after.manifest()?);
        let diamond = self.addresses.router;
        let after: Vec<String> = self.deployments.iter().map(|step| step.name.clone()).collect();
        let none = Bytes::new();
        let transition = Transition {
            onchain: &OnchainPlan::default(),
            from: Some(&old),
            to: &new,
            parent: None,
            init_target: self.init.as_ref().map_or(Address::ZERO, |init| init.target),
            init_data: self.init.as_ref().map_or(&none, |init| &init.data),
            after: &after,
        };
        let backend = Backend::eip2535(diamond);
        let cuts = backend.forward(&transition);
        let inverse = backend.backward(&transition);
        let root = new.root();
        let plan_id = plan_id(self.chain_id, diamond, old.root(), root, &cuts);
        let mut steps = self.deployments;
        steps.extend(cuts);
        let mut plan = Plan {
            version: version::PLAN_OF_A_DIAMOND,
            network: self.network,
            chain_id: self.chain_id,
            system: self.system,
            addresses: self.addresses,
            epoch: Epoch(0),
            parent: parent(old.root()),
            plan_id,
            root,
            manifest: ManifestPart { address: Address::ZERO, bytes: new.encode().into() },
            onchain: OnchainPlan::default(),
            init: self.init,
            selectors: self.after.routes.iter().map(|route| route.selector).collect(),
            codehashes: self.after.facets.iter().map(|facet| facet.code_hash).collect(),
            facets: self.after.facets,
            routes: self.after.routes,
            proofs: BTreeMap::new(),
            unlocked: Vec::new(),
            changes: Vec::new(),
            costs: cost::costs(&steps, self.code_bytes),
            steps,
            inverse,
            diamond: Some(DiamondPart { address: diamond, before: self.before, lacks: Lack::ALL.to_vec() }),
            artifacts_hash: self.artifacts_hash,
            content_hash: B256::ZERO,
        };
        let own = Names::of(&plan);
        let mut names = plan.diamond.as_ref().map(|part| Names::of_served(&part.before)).unwrap_or_default();
        names.extend(&own);
        plan.changes = diff::diff(&diff::table(&old, &names), &diff::table(&new, &own));
        plan.content_hash = plan.compute_content_hash()?;
        Ok(plan)
    }
}

/// The id of a plan that begins and ends with what a diamond serves.
pub fn standing_id(chain_id: ChainId, diamond: Address, root: Root) -> PlanId {
    plan_id(chain_id, diamond, root, root, &[])
}

/// What the owner approves: this diamond, from these routes to those, by exactly these calls.
fn plan_id(chain_id: ChainId, diamond: Address, from: Root, to: Root, cuts: &[PlannedStep]) -> PlanId {
    let mut bytes = b"payrox plan for a diamond, 1".to_vec();
    bytes.extend(U256::from(chain_id.0).to_be_bytes::<32>());
    bytes.extend(diamond);
    bytes.extend(from.0);
    bytes.extend(to.0);
    for call in cuts.iter().filter_map(|step| step.call.as_ref()) {
        bytes.extend(keccak256(&call.data));
    }
    PlanId(keccak256(bytes))
}
