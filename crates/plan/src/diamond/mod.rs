//! The planner for a diamond that is live: what the project wants against what its loupe lists.

mod document;
mod draft;
mod error;
mod facets;
mod schema;

pub use document::{DiamondPart, Lack, ServedPart};
pub use draft::standing_id;
pub use error::DiamondPlanError;
pub use schema::diamond_schema;

pub(crate) use draft::Draft;

use crate::{
    Constructor, InitPart, Inputs, Plan, PlanError, SystemPart,
    address::Core,
    facet::{self, Deployment, Resolver},
    steps,
};
use alloy_primitives::Address;
use alloy_sol_types::SolCall as _;
use facets::Wanted;
use payrox_model::{Addresses, CodeHash, DiamondState, PlanId, Selector, diamond::IDiamond};

/// Where a diamond's contracts are: it is its own control plane, and facets come through the factory of every system.
///
/// # Errors
/// When the network names no diamond.
pub(crate) fn addresses(inputs: &Inputs<'_>) -> Result<Addresses, PlanError> {
    let diamond = inputs.network.diamond;
    let diamond = diamond.ok_or(DiamondPlanError::NoDiamond { network: inputs.network.name.to_string() })?;
    let core = Core::predict(inputs.release, &system(inputs)?);
    Ok(of(core.addresses.factory, diamond))
}

pub(crate) fn of(factory: Address, diamond: Address) -> Addresses {
    Addresses {
        factory,
        extension: Address::ZERO,
        implementation: Address::ZERO,
        launcher: Address::ZERO,
        dispatcher: diamond,
        router: diamond,
    }
}

fn system(inputs: &Inputs<'_>) -> Result<SystemPart, PlanError> {
    let network = inputs.network;
    let name = inputs.project.name.value.clone();
    if name.as_str().len() > 32 {
        return Err(PlanError::LongName(name.to_string()));
    }
    let mut roles = network.roles.clone().ok_or_else(|| PlanError::NoRoles(network.name.to_string()))?;
    // A diamond has an owner and nobody else.
    roles.bootstrapper = Address::ZERO;
    (roles.guardians, roles.operators) = (Vec::new(), Vec::new());
    Ok(SystemPart { name, roles, delay: 0, proxy: Address::ZERO })
}

/// The plan from what the diamond serves to what the project says. Where both are the same it has no steps.
///
/// # Errors
/// The first reason why these inputs make no plan.
pub fn diamond(inputs: Inputs<'_>, constructor: &dyn Constructor) -> Result<Plan, PlanError> {
    let addresses = addresses(&inputs)?;
    let system = system(&inputs)?;
    let (wanted, found) = (inputs.network.chain_id, inputs.chain.chain_id);
    if wanted != found {
        return Err(PlanError::WrongChain { network: inputs.network.name.to_string(), wanted, found });
    }
    let live = inputs.chain.diamond.as_ref().ok_or(DiamondPlanError::Unseen)?;
    let written = system.roles.owner;
    if let Some(found) = live.owner.filter(|owner| *owner != written) {
        return Err(DiamondPlanError::OtherOwner { written, found }.into());
    }
    let core = Core::predict(inputs.release, &system);
    // What comes through the factory can only be tried where it stands.
    let factory_code = facet::run(constructor, &core.factory)?;
    let resolver = Resolver { inputs, constructor, addresses };
    let wanted = facets::wanted(&resolver, live)?;
    let before = facets::served(&inputs, live, &wanted)?;
    let root = live.root();
    let same = live.manifest().map_err(DiamondPlanError::Served)?
        == ServedPart::sorted(wanted.facets.clone(), wanted.routes.clone()).manifest()?;
    let init = init(&resolver, root, same)?;
    let deployments =
        deployments(&core, CodeHash::of(&factory_code), &before, &wanted, init.as_ref().map(|i| &i.1));
    let code = |name: &str| deployments.iter().any(|step| step.name == name && step.call.is_some());
    let mut code_bytes = if code("factory") { factory_code.len() as u64 } else { 0 };
    code_bytes += wanted
        .facets
        .iter()
        .filter(|f| code(&format!("facet {}", f.name)))
        .map(|f| f.size)
        .chain(init.as_ref().map(|i| i.1.size))
        .sum::<u64>();
    let Wanted { facets, routes, .. } = wanted;
    let draft = Draft {
        network: inputs.network.name.clone(),
        chain_id: inputs.network.chain_id,
        system,
        addresses,
        before,
        after: ServedPart::sorted(facets, routes),
        init: init.map(|(part, _)| part),
        deployments,
        code_bytes,
        artifacts_hash: inputs.artifacts.hash(),
    };
    let plan = draft.finish()?;
    allowed(&plan, live)?;
    Ok(plan)
}

/// What a plan may never do to a diamond.
fn allowed(plan: &Plan, live: &DiamondState) -> Result<(), PlanError> {
    let own = plan.addresses.router;
    let target = payrox_model::Manifest::decode(&plan.manifest.bytes)?;
    let after = |selector: Selector| target.route(selector).map(|route| target.facet_of(route).address);
    let named = |selector: Selector| {
        let all = plan.routes.iter().chain(plan.diamond.iter().flat_map(|d| &d.before.routes));
        let known = all.into_iter().find(|route| route.selector == selector);
        known.map_or_else(|| selector.to_string(), |route| route.signature.clone())
    };
    for (&selector, &facet) in &live.routes {
        if facet == own && after(selector) != Some(own) {
            return Err(DiamondPlanError::Own { function: named(selector), what: "changes it" }.into());
        }
    }
    for leaf in target.leaves() {
        if leaf.facet == own && live.routes.get(&leaf.selector) != Some(&own) {
            let function = named(leaf.selector);
            return Err(DiamondPlanError::Own { function, what: "can bring it" }.into());
        }
    }
    let cut = Selector(IDiamond::diamondCutCall::SELECTOR);
    match live.routes.contains_key(&cut) && after(cut).is_none() {
        true => Err(DiamondPlanError::CutLost.into()),
        false => Ok(()),
    }
}

fn init(
    resolver: &Resolver<'_>,
    live: payrox_model::Root,
    same: bool,
) -> Result<Option<(InitPart, Deployment)>, PlanError> {
    let Some(init) = &resolver.inputs.project.init else { return Ok(None) };
    let belongs = init.parent == Some(live.0);
    match (same, belongs) {
        // It ran with the cut that led here.
        (true, false) => return Ok(None),
        (true, true) => return Err(DiamondPlanError::InitAlone.into()),
        (false, false) => {
            return Err(DiamondPlanError::InitParent { written: init.parent, live }.into());
        }
        (false, true) => {}
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

/// The factory where anything goes through it, what is new, and proof of what is routed again and stands already.
fn deployments(
    core: &Core,
    factory: CodeHash,
    before: &ServedPart,
    wanted: &Wanted,
    init: Option<&Deployment>,
) -> Vec<crate::PlannedStep> {
    let at = core.addresses.factory;
    let mut facets: Vec<_> =
        wanted.facets.iter().filter(|facet| before.at(facet.address).is_none()).collect();
    facets.sort_by_key(|facet| &facet.name);
    let mut steps: Vec<_> = facets
        .into_iter()
        .map(|facet| match wanted.deployments.get(&facet.name) {
            Some(deployment) => steps::through(at, deployment),
            None => steps::proof(format!("facet {}", facet.name), (facet.address, facet.code_hash)),
        })
        .collect();
    steps.extend(init.map(|deployment| steps::through(at, deployment)));
    if steps.iter().any(|step| step.call.is_some()) {
        steps.insert(0, steps::factory(&core.factory, factory));
    }
    steps
}

impl Plan {
    /// The plan that takes this one back: from where it leads to where it began. `None` for a system of our own, whose way back the
    /// dispatcher knows.
    ///
    /// # Errors
    /// Never, for a plan that was read.
    pub fn inverted(&self) -> Result<Option<Self>, PlanError> {
        let Some(part) = &self.diamond else { return Ok(None) };
        let before = ServedPart { facets: self.facets.clone(), routes: self.routes.clone() };
        let proof = |facet: &crate::PlannedFacet| {
            steps::proof(format!("facet {}", facet.name), (facet.address, facet.code_hash))
        };
        let mut gone: Vec<_> = part.before.facets.iter().filter(|f| before.at(f.address).is_none()).collect();
        gone.sort_by_key(|facet| &facet.name);
        let deployments = gone.into_iter().map(proof).collect();
        let draft = Draft {
            network: self.network.clone(),
            chain_id: self.chain_id,
            system: self.system.clone(),
            addresses: self.addresses,
            // Nothing is created: what this plan replaced is still there.
            after: part.before.clone(),
            before,
            init: None,
            deployments,
            code_bytes: 0,
            artifacts_hash: self.artifacts_hash,
        };
        draft.finish().map(Some)
    }
}

/// The parent of a plan for a diamond is no plan, but the root of what it serves.
pub(crate) fn parent(root: payrox_model::Root) -> PlanId {
    PlanId(root.0)
}
