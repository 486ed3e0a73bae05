//! The plan, made again: from sources, by the compiler, against what the parent left.

use crate::{ReviewError, storage::is_first};
use alloy_primitives::{Address, B256, keccak256};
use alloy_sol_types::SolCall as _;
use payrox_artifacts::{
    ArtifactSet, Source,
    build::{self, BuildOutcome, BuildRequest, Compiler, CompilerSettings, Search, keep_layouts},
    layout::Layouts,
};
use payrox_config::{Network, Project};
use payrox_model::{
    ActiveState, ChainSnapshot, DispatcherState, Epoch, RouterState, abi::IManifestDispatcher as D,
    text::escape,
};
use payrox_plan::{Constructor, Inputs, Inverse, Names, OnchainPlan, Parent, Plan, PlanOutcome, ReleaseCode};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Where the sources are, and how they are compiled.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// What the sources must not leave: the commit's files, or the project.
    pub within: PathBuf,
    /// The project's folder, inside of it.
    pub root: PathBuf,
    /// The project file, inside of that.
    pub config: PathBuf,
    /// Where compiled contracts and the records of builds go: never among the sources.
    pub scratch: PathBuf,
    /// Where the compiler is looked for.
    pub search: Search,
    /// Compile even what was compiled before.
    pub fresh: bool,
    /// The commit's hash, for messages.
    pub commit: Option<String>,
}

/// A source that the commit does not contain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// The compiler's name of it.
    pub source: String,
    /// keccak-256 of its text, as the compiler's metadata have it.
    pub keccak256: B256,
}

/// What came out.
#[derive(Debug)]
pub struct Made {
    /// The plan that the sources make.
    pub plan: Plan,
    /// The contracts that it was made from.
    pub artifacts: ArtifactSet,
    /// The project file.
    pub project: Project,
    /// The network's.
    pub network: Network,
    /// Who compiled.
    pub compiler: Compiler,
    /// Whether it was compiled by an earlier review.
    pub cached: bool,
    /// SHA-256 of the compiler's input.
    pub input: B256,
    /// Sources, and how many there are in all.
    pub outside: Vec<Outside>,
    /// All sources.
    pub sources: usize,
    /// What the compiler took.
    pub compiled: Duration,
    /// Whether the plan before it was at hand, so that what changes could be made again.
    pub parent_known: bool,
    /// Where variables stand, or why that is not known; nothing for a first release, which has nothing to be compared with.
    pub layouts: Option<Result<Layouts, String>>,
}

/// Makes the plan again that somebody wants approved. Only its network, its epoch and its parent are taken from it.
///
/// # Errors
/// When the sources do not compile, or make no plan.
pub fn recompute(
    place: &Workplace,
    plan: &Plan,
    parent: Option<&Plan>,
    constructor: &dyn Constructor,
    starting: &mut dyn FnMut(&Compiler),
) -> Result<Made, ReviewError> {
    let file = place.root.join(&place.config);
    if let (Some(commit), false) = (&place.commit, file.is_file()) {
        let inside = file.strip_prefix(&place.within).unwrap_or(&file);
        let file = escape(&inside.display().to_string());
        return Err(ReviewError::NoProject { commit: commit.clone(), file });
    }
    let project = Project::load(&file)?;
    // No variable of whoever reviews may change what comes out.
    let network = Network::find_with(&place.root, plan.network.as_str(), &|_| None)?;
    let request = request(place, &project);
    let prepared = build::prepare(&request)?;
    let (outside, sources) = outside(&prepared, &place.within)?;
    let started = Instant::now();
    let outcome = match prepared.cached() {
        Some(outcome) => outcome,
        None => {
            let compiler = prepared.compiler()?;
            starting(&compiler);
            prepared.compile(&compiler)?
        }
    };
    let compiled = if outcome.cached { Duration::ZERO } else { started.elapsed() };
    let artifacts = ArtifactSet::read(&Source::Folder(request.out.clone()), &request.contracts)?;
    let release = ReleaseCode::from(payrox_artifacts::release());
    let (chain, before) = before(plan, parent)?;
    let inputs = Inputs {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        release: &release,
        chain: &chain,
        parent: before.as_ref(),
    };
    let made = match payrox_plan::plan(inputs, constructor).map_err(|e| ReviewError::Plan(Box::new(e)))? {
        PlanOutcome::Planned(made) => made,
        PlanOutcome::NoChanges { .. } => return Err(ReviewError::NoChanges),
    };
    let layouts = (!is_first(plan)).then(|| kept_layouts(&request, &outcome));
    Ok(Made {
        layouts,
        plan: made,
        artifacts,
        project,
        network,
        compiler: outcome.compiler,
        cached: outcome.cached,
        input: outcome.input_sha256,
        outside,
        sources,
        compiled,
        parent_known: plan.epoch == Epoch(1) || parent.is_some(),
    })
}

/// The layouts of what was built; why they are not known.
pub(crate) fn kept_layouts(request: &BuildRequest, outcome: &BuildOutcome) -> Result<Layouts, String> {
    let kept = keep_layouts(request, outcome)
        .and_then(|_| Layouts::read(&Layouts::beside(&Source::Folder(request.out.clone()))));
    kept.map_err(|e| e.to_string())?.ok_or_else(|| "nothing was kept of them".to_owned())
}

pub(crate) fn request(place: &Workplace, project: &Project) -> BuildRequest {
    let compiler = &project.compiler;
    let mut contracts: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    contracts.extend(project.init.iter().map(|i| i.contract.to_string()));
    BuildRequest {
        root: place.root.clone(),
        sources: compiler.sources.value.clone(),
        contracts,
        out: place.scratch.join("out"),
        settings: CompilerSettings {
            version: compiler.version.value.clone(),
            via_ir: compiler.via_ir.as_ref().map(|v| v.value),
            optimizer_runs: compiler.optimizer_runs.as_ref().map(|v| v.value.into()),
            evm_version: compiler.evm_version.as_ref().map(|v| v.value.clone()),
            bytecode_hash: None,
        },
        remappings: compiler.remappings.clone(),
        search: place.search.clone(),
        force: place.fresh,
        within: Some(place.within.clone()),
        records: Some(place.scratch.join("builds")),
    }
}

fn outside(prepared: &build::Prepared<'_>, within: &Path) -> Result<(Vec<Outside>, usize), ReviewError> {
    let within = within
        .canonicalize()
        .map_err(|source| payrox_files::FileError::Read { path: within.to_owned(), source })?;
    let mut found = Vec::new();
    let mut count = 0;
    for (unit, file) in prepared.files() {
        count += 1;
        if !file.starts_with(&within) {
            let text = prepared.text(unit).unwrap_or_default();
            found.push(Outside { source: escape(unit), keccak256: keccak256(text) });
        }
    }
    Ok((found, count))
}

/// The chain as it must be for this plan to be the next one, and the plan that is active there.
fn before(plan: &Plan, parent: Option<&Plan>) -> Result<(ChainSnapshot, Option<Parent>), ReviewError> {
    let mut chain = ChainSnapshot { chain_id: plan.chain_id, ..ChainSnapshot::default() };
    if plan.epoch.0 <= 1 {
        return Ok((chain, None));
    }
    if let Some(parent) = parent.filter(|parent| parent.plan_id != plan.parent) {
        return Err(ReviewError::OtherParent { wanted: plan.parent, found: parent.plan_id });
    }
    chain.router = parent.map(|parent| RouterState { manifest: parent.manifest.bytes.to_vec() });
    chain.dispatcher = Some(DispatcherState {
        owner: plan.system.roles.owner,
        pending_owner: Address::ZERO,
        router: plan.addresses.router,
        active: ActiveState {
            epoch: Epoch(plan.epoch.0 - 1),
            plan_id: plan.parent,
            ..ActiveState::default()
        },
        pending: None,
        paused: false,
        halted: false,
        frozen: false,
        is_sealed: false,
        floor: Epoch(plan.onchain.floor),
        delay: plan.system.delay,
    });
    let known = parent.map(Parent::from).or_else(|| {
        // The way back carries the parent; that it hashes to the parent's id is demanded of every plan that is read.
        let Inverse::Rollback { calls, .. } = &plan.inverse else { return None };
        let call = D::rollbackCall::abi_decode(&calls.first()?.data).ok()?;
        Some(Parent { onchain: OnchainPlan::from(&call.target), names: Names::default() })
    });
    Ok((chain, known))
}
