//! Where the release that is live keeps what it keeps, from the sources of an earlier commit: believed only where those
//! sources make the code that is live.

use crate::{
    Workplace,
    change::init_code,
    recompute::{compile, kept_layouts, request},
};
use alloy_primitives::keccak256;
use payrox_artifacts::{ArtifactSet, Contract, Source, build::Compiler, layout::Layouts};
use payrox_config::Project;
use payrox_model::text::escape;
use payrox_plan::{Plan, PlannedFacet};
use std::path::Path;

/// The layouts of the facets of a plan that is live, from an earlier commit's sources.
///
/// # Errors
/// Why they are not known, for people.
pub fn earlier_layouts(
    place: &Workplace,
    live: &Plan,
    starting: &mut dyn FnMut(&Compiler),
) -> Result<Layouts, String> {
    // The version of today may be in a file that was not there then.
    let named = place.root.join(&place.config);
    let file = if named.is_file() { named } else { place.root.join("payrox.toml") };
    let commit = place.commit.as_deref().unwrap_or_default();
    let of_it = |why: String| format!("commit {commit}: {why}");
    let project = Project::load(&file).map_err(|e| of_it(e.to_string()))?;
    let mut request = request(place, &project);
    request.contracts = live.facets.iter().map(|facet| facet.contract.clone()).collect();
    let built = compile(place, &request, starting).map_err(|e| of_it(e.to_string()))?;
    let artifacts = ArtifactSet::read(&Source::Folder(built.out.clone()), &request.contracts)
        .map_err(|e| of_it(e.to_string()))?;
    let layouts = kept_layouts(&request, &built).map_err(of_it)?;
    for facet in &live.facets {
        let contract = artifacts.get(&facet.contract).map_err(|e| of_it(e.to_string()))?;
        if !makes(contract, live, facet) {
            let contract = escape(&facet.contract);
            return Err(of_it(format!(
                "its {contract} is not the code that is live: is it the commit of plan {}?",
                live.plan_id
            )));
        }
        if layouts.of(contract).is_none() {
            return Err(of_it(format!(
                "the compiler said nothing of the storage of {}",
                escape(&facet.contract)
            )));
        }
    }
    Ok(layouts.only(|name| live.facets.iter().any(|facet| facet.contract == name)))
}

/// Whether a contract with the plan's arguments, and the plan's libraries, is the facet.
fn makes(contract: &Contract, live: &Plan, facet: &PlannedFacet) -> bool {
    let code = &contract.creation;
    if keccak256([code.template(), &facet.constructor_args].concat()) == facet.init_code_hash {
        return true;
    }
    let planned = init_code(live, facet.name.as_str());
    let split = planned.len().checked_sub(facet.constructor_args.len());
    let Some((own, arguments)) = split.and_then(|at| planned.split_at_checked(at)) else { return false };
    keccak256(&planned) == facet.init_code_hash
        && arguments == &facet.constructor_args[..]
        && code.matches(own)
}

/// The same workplace at another commit's folder.
#[must_use]
pub fn at_commit(place: &Workplace, folder: &Path, commit: &str, scratch: &Path) -> Workplace {
    let inside = place.root.strip_prefix(&place.within).unwrap_or(Path::new(""));
    Workplace {
        within: folder.to_owned(),
        own: vec![folder.to_owned()],
        root: folder.join(inside),
        answers: place.answers.clone(),
        tools: place.tools.clone(),
        pinned: place.pinned,
        config: place.config.clone(),
        scratch: scratch.to_owned(),
        search: place.search.clone(),
        fresh: place.fresh,
        commit: Some(commit.to_owned()),
    }
}
