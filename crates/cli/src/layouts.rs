//! Where the variables of a release stand, kept beside the journal's copy of its plan: the next release is compared with it.

use crate::{context::Context, planning::Workshop};
use payrox_artifacts::layout::{LayoutError, Layouts};
use payrox_model::{ChainId, PlanId};
use payrox_plan::Plan;
use std::path::PathBuf;

fn place(context: &Context<'_>, chain_id: ChainId, plan_id: PlanId) -> PathBuf {
    let folder = context.folder().join("journal").join(chain_id.to_string()).join("layouts");
    folder.join(format!("{plan_id}.json"))
}

/// Keeps those of a plan that is about to be sent. Once kept they stay: later artifacts are of something else. Returns the contract
/// that has none, or only of other sources: then none are kept. Where no build of payrox asked the compiler there is nothing to keep.
pub(crate) fn keep(workshop: &Workshop<'_>, plan: &Plan) -> Result<Option<String>, LayoutError> {
    let file = place(workshop.context, plan.chain_id, plan.plan_id);
    if file.exists() {
        return Ok(None);
    }
    let Some(layouts) = Layouts::read(&Layouts::beside(workshop.artifacts.source()))? else {
        return Ok(None);
    };
    let mut names = Vec::new();
    for facet in &workshop.project.facets {
        let contract = workshop.artifacts.get(&facet.contract.to_string()).ok();
        match contract.filter(|contract| layouts.of(contract).is_some()) {
            Some(contract) => names.push(contract.id.to_string()),
            None => return Ok(Some(facet.contract.to_string())),
        }
    }
    layouts.only(|name| names.iter().any(|known| known == name)).write(&file)?;
    Ok(None)
}

/// Those of a plan that was sent.
pub(crate) fn kept(
    context: &Context<'_>,
    chain_id: ChainId,
    plan_id: PlanId,
) -> Result<Option<Layouts>, LayoutError> {
    Layouts::read(&place(context, chain_id, plan_id))
}
