//! What a project for a diamond (`target = "eip2535"`) does differently: how the chain is looked at, and what is said.

use crate::{
    context::{Connection, Context},
    fault::CliFault,
    planning::Workshop,
};
use alloy_primitives::Address;
use payrox_chain::{DiamondQuery, diamond_snapshot};
use payrox_config::{Project, TargetKind};
use payrox_execute::Refusal;
use payrox_model::{BoxFault, ChainSnapshot, Name, Root, Selector, text::escape};
use payrox_plan::{Effect, Lack, Names, OnchainPlan, Parent, Plan, PlannedRoute, ServedPart};
use std::collections::BTreeMap;

/// Whether a project is for a diamond.
pub(crate) fn is_for_one(project: &Project) -> bool {
    project.system.target.value == TargetKind::Eip2535
}

/// That a command has a meaning for a project: not each has for a diamond.
pub(crate) fn refuse(project: &Project, command: &'static str) -> Result<(), BoxFault> {
    match is_for_one(project) {
        true => Err(CliFault::NotForADiamond { command }.into()),
        false => Ok(()),
    }
}

impl Workshop<'_> {
    /// The diamond now, and the code of what was adopted with it.
    pub(crate) async fn diamond(&self, connection: &Connection) -> Result<ChainSnapshot, BoxFault> {
        self.diamond_beside(connection, &ServedPart::default()).await
    }

    /// The same with the code of what it served at another time.
    pub(crate) async fn diamond_beside(
        &self,
        connection: &Connection,
        then: &ServedPart,
    ) -> Result<ChainSnapshot, BoxFault> {
        let served = then.facets.iter().map(|facet| facet.address);
        let query = DiamondQuery {
            diamond: self.addresses()?.router,
            addresses: Vec::new(),
            code: self.network.live.values().copied().chain(served).collect(),
        };
        Ok(diamond_snapshot(&connection.endpoint, &query).await?)
    }

    /// Names that earlier plans for this diamond gave.
    pub(crate) fn names_of_the_diamond(&self) -> Parent {
        let mut names = Names::default();
        for plan in self.kept_plans().filter(|plan| self.is_of_this_diamond(plan)) {
            names.extend(&Names::of(&plan));
        }
        Parent { onchain: OnchainPlan::default(), names }
    }

    /// The plan that leads to what is served now, or else one that begins and ends there.
    pub(crate) fn standing(&self, chain: &ChainSnapshot) -> Result<Option<Plan>, BoxFault> {
        let live = chain.diamond.as_ref().map(|diamond| diamond.root());
        let kept = self.kept_plans().find(|plan| self.is_of_this_diamond(plan) && Some(plan.root) == live);
        if kept.is_some() {
            return Ok(kept);
        }
        let plan = self.diamond_plan(chain)?;
        Ok(Some(plan).filter(|plan| Some(plan.root) == live))
    }

    pub(crate) fn is_of_this_diamond(&self, plan: &Plan) -> bool {
        plan.diamond.as_ref().map(|part| part.address) == self.network.diamond
    }

    /// A diamond compares nothing by itself: what somebody else cut since the last plan would be undone by a new one that nobody
    /// looked at. So a run goes on only from a state that the last plan knows; `payrox plan` plans against any, for people to read.
    pub(crate) fn refuse_an_unknown_state(&self, chain: &ChainSnapshot) -> Result<(), BoxFault> {
        let Some(found) = chain.diamond.as_ref().map(|diamond| diamond.root()) else { return Ok(()) };
        let last = Plan::read(&self.context.plan_file()).ok();
        let last = last.filter(|plan| plan.chain_id == chain.chain_id && self.is_of_this_diamond(plan));
        match last.filter(|plan| !states(plan).contains(&found)) {
            Some(plan) => {
                let planned = Root(plan.parent.0);
                Err(Refusal::OtherRoutes { step: "cut".into(), planned, found }.into())
            }
            None => Ok(()),
        }
    }
}

/// Which facet answered which function.
pub(crate) fn routes(served: &ServedPart) -> BTreeMap<Selector, Address> {
    let at: BTreeMap<&Name, Address> = served.facets.iter().map(|f| (&f.name, f.address)).collect();
    let route = |r: &PlannedRoute| (r.selector, at.get(&r.facet).copied().unwrap_or_default());
    served.routes.iter().map(route).collect()
}

/// Every root that a diamond has while a plan is carried out.
pub(crate) fn states(plan: &Plan) -> Vec<Root> {
    let cuts = plan.steps.iter().filter_map(|step| match step.effect {
        Effect::Cut { after, .. } => Some(after),
        _ => None,
    });
    std::iter::once(Root(plan.parent.0)).chain(cuts).collect()
}

/// What people must know before they sign for a diamond; empty for a system of our own.
pub(crate) fn caveats(plan: &Plan) -> String {
    let Some(part) = &plan.diamond else { return String::new() };
    let cuts = plan.steps.iter().filter(|step| matches!(step.effect, Effect::Cut { .. })).count();
    let mut text = String::from("\na diamond of EIP-2535 has\n");
    for lack in &part.lacks {
        text.push_str(&format!("  {}\n", Lack::text(*lack)));
    }
    if cuts > 1 {
        text.push_str(&format!(
            "\nthe change does not fit into one transaction: {cuts} cuts, and between them the diamond serves old and new side by side\n"
        ));
    }
    if let payrox_plan::Inverse::CutBack { leaves_storage: true, .. } = plan.inverse {
        text.push_str("\nthe way back restores the routes; what the init contract wrote to storage stays\n");
    }
    text
}

/// Where a diamond stands by a plan, and the next command.
pub(crate) fn standing(context: &Context<'_>, plan: &Plan, live: Root) -> (String, String) {
    let say = |why: &str, verb: &str| (why.to_owned(), context.command(verb));
    match () {
        () if live == plan.root => say("the plan is live", "verify"),
        () if live.0 == plan.parent.0 => say("nothing of the plan is live", "run"),
        () if states(plan).contains(&live) => say("some of the plan's cuts are live: finish it", "run"),
        () => say("somebody else cut: what is live is no state of the plan", "plan diff"),
    }
}

/// `0x…, owner 0x… (a contract)`.
pub(crate) fn owner(chain: &ChainSnapshot) -> String {
    match chain.diamond.as_ref().and_then(|diamond| Some((diamond.owner?, diamond.owner_is_contract))) {
        Some((owner, true)) => format!("{owner}, a contract"),
        Some((owner, false)) => format!("{owner}, a key"),
        None => escape("the diamond does not say"),
    }
}
