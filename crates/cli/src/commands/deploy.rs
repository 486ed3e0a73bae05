//! `payrox deploy dispatcher|factory|router|facets`.

use super::{plan::read_plan, slice};
use crate::{args::DeployTarget, context::Context, fault::CliFault};
use payrox_execute::Selection;
use payrox_model::{BoxFault, ExitCode, Name};
use payrox_plan::Plan;

pub(crate) async fn deploy(target: &DeployTarget, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let plan = read_plan(context)?;
    let selection = match target {
        DeployTarget::Dispatcher => Selection::Dispatcher,
        DeployTarget::Factory => Selection::Factory,
        DeployTarget::Router => Selection::Router,
        DeployTarget::Facets(facets) => Selection::Facets(names(&plan, &facets.names)?),
    };
    slice(context, &plan, selection).await
}

fn names(plan: &Plan, wanted: &[String]) -> Result<Vec<Name>, CliFault> {
    let known = || plan.facets.iter().map(|f| f.name.to_string()).collect();
    let find = |name: &String| {
        let facet = plan.facets.iter().find(|f| f.name.as_str() == name);
        facet
            .map(|f| f.name.clone())
            .ok_or_else(|| CliFault::UnknownFacet { name: name.clone(), known: known() })
    };
    wanted.iter().map(find).collect()
}
