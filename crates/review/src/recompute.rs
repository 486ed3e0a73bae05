//! The plan, made again: from sources, by the compiler, against what the parent left.

use crate::{Answers, ReviewError, compare::known, storage::is_first};
use alloy_primitives::{Address, B256, keccak256};
use payrox_artifacts::{
    ArtifactSet, Source,
    build::{self, BuildRequest, Compiler, CompilerSettings, Guard, Search, keep_layouts_of},
    layout::Layouts,
};
use payrox_config::{Network, Project};
use payrox_model::{
    ActiveState, ChainSnapshot, DiamondState, DispatcherState, Epoch, PlanId, Root, RouterState, text::escape,
};
use payrox_plan::{
    Constructor, DiamondPart, Inputs, Names, OnchainPlan, Parent, Plan, PlanOutcome, ReleaseCode,
};
use serde::Serialize;
use std::{
    path::PathBuf,
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
    /// Folders whose sources are the ones under review; what is read from elsewhere is listed.
    pub own: Vec<PathBuf>,
    /// Where compiled contracts go: fresh, and where nobody else can write.
    pub scratch: PathBuf,
    /// What the compiler answered before.
    pub answers: Answers,
    /// Where the compiler is looked for.
    pub search: Search,
    /// In or above which folder npm's packages are, the compiler among them: never a commit.
    pub tools: PathBuf,
    /// What the compiler's file must hash to; else a known hash, where there is one.
    pub pinned: Option<B256>,
    /// Compile even what the user compiled before.
    pub fresh: bool,
    /// The commit's hash, for messages.
    pub commit: Option<String>,
}

/// A source from elsewhere than the commit, or the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// The compiler's name of it.
    pub source: String,
    /// keccak-256 of its text, as the compiler's metadata have it.
    pub keccak256: B256,
}

/// What an endpoint says of a diamond.
#[derive(Clone, Debug)]
pub struct Served {
    /// The diamond, and the code of every facet that serves or stood.
    pub chain: ChainSnapshot,
    /// Who says so, and at which block.
    pub from: String,
}

/// Who is believed about what a diamond serves, which no source tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Believed {
    /// An endpoint, as it is called here: routes, and codes byte by byte.
    Endpoint(String),
    /// The plan under review: routes, and hashes of codes.
    Plan,
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
    /// The day of an earlier review by the same user that compiled it; nothing where this one did.
    pub earlier: Option<String>,
    /// Whether the sources are a commit's.
    pub of_commit: bool,
    /// SHA-256 of the compiler's input.
    pub input: B256,
    /// Sources, and how many there are in all.
    pub outside: Vec<Outside>,
    /// All sources.
    pub sources: usize,
    /// Their files, links followed.
    pub files: Vec<PathBuf>,
    /// What the compiler took.
    pub compiled: Duration,
    /// Whether the plan before it was at hand, so that what changes could be made again.
    pub parent_known: bool,
    /// Who says what the diamond of the plan serves before it; nothing for a system of PayRox.
    pub served: Option<Believed>,
    /// Where variables stand, or why that is not known; nothing for a first release, which has nothing to be compared with.
    pub layouts: Option<Result<Layouts, String>>,
}

/// Makes the plan again that somebody wants approved. Only its network, its epoch and its parent are taken from it;
/// that its chain is the network's is demanded. What a diamond serves before it is what `served` says, else what the plan does; what
/// that is called is the plan's own word.
///
/// # Errors
/// When the sources do not compile, or make no plan.
pub fn recompute(
    place: &Workplace,
    plan: &Plan,
    parent: Option<&Plan>,
    served: Option<&Served>,
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
    let built = compile(place, &request, starting)?;
    let artifacts = ArtifactSet::read(&Source::Folder(built.out.clone()), &request.contracts)?;
    let release = ReleaseCode::from(payrox_artifacts::release());
    let empty = ChainSnapshot { chain_id: plan.chain_id, ..ChainSnapshot::default() };
    let inputs = Inputs {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        release: &release,
        chain: &empty,
        parent: None,
    };
    let router = payrox_plan::addresses(&inputs).map_err(|e| ReviewError::Plan(Box::new(e)))?.router;
    let (chain, before) = match &plan.diamond {
        Some(part) => (of_a_diamond(plan, part, parent, served)?, Some(names(plan))),
        None => before(plan, parent, router)?,
    };
    let inputs = Inputs { chain: &chain, parent: before.as_ref(), ..inputs };
    let made = match payrox_plan::plan(inputs, constructor).map_err(|e| ReviewError::Plan(Box::new(e)))? {
        PlanOutcome::Planned(made) => made,
        PlanOutcome::NoChanges { .. } => return Err(ReviewError::NoChanges),
    };
    let layouts = (!is_first(plan)).then(|| kept_layouts(&request, &built));
    Ok(Made {
        layouts,
        plan: made,
        artifacts,
        project,
        network,
        compiler: built.compiler,
        earlier: built.earlier,
        of_commit: place.commit.is_some(),
        input: built.input,
        outside: built.outside,
        sources: built.files.len(),
        files: built.files,
        compiled: built.took,
        parent_known: plan.epoch == Epoch(1) || parent.is_some() || plan.diamond.is_some(),
        served: plan.diamond.as_ref().map(|_| match served {
            Some(served) => Believed::Endpoint(served.from.clone()),
            None => Believed::Plan,
        }),
    })
}

/// What a diamond serves before the plan.
fn of_a_diamond(
    plan: &Plan,
    part: &DiamondPart,
    parent: Option<&Plan>,
    served: Option<&Served>,
) -> Result<ChainSnapshot, ReviewError> {
    // A parent is no plan there, but a root: that of the plan which led to it.
    if let Some(parent) = parent.filter(|parent| parent.root.0 != plan.parent.0) {
        return Err(ReviewError::OtherParent { wanted: plan.parent, found: PlanId(parent.root.0) });
    }
    let Some(served) = served else {
        let diamond = Some(part.recorded());
        return Ok(ChainSnapshot { chain_id: plan.chain_id, diamond, ..ChainSnapshot::default() });
    };
    let found = served.chain.diamond.as_ref().map(DiamondState::root).unwrap_or_default();
    let planned = Root(plan.parent.0);
    if found != planned {
        let from = served.from.clone();
        return Err(ReviewError::OtherRoutes { diamond: part.address, planned, found, from });
    }
    Ok(served.chain.clone())
}

/// What the plan calls things that no source names: functions by signatures that have their selectors, and facets that were
/// there before.
fn names(plan: &Plan) -> Parent {
    Parent { onchain: OnchainPlan::default(), names: Names::of(plan) }
}

/// What sources compile to.
pub(crate) struct Built {
    pub(crate) out: PathBuf,
    compiler: Compiler,
    earlier: Option<String>,
    input: B256,
    outside: Vec<Outside>,
    files: Vec<PathBuf>,
    took: Duration,
}

pub(crate) fn compile(
    place: &Workplace,
    request: &BuildRequest,
    starting: &mut dyn FnMut(&Compiler),
) -> Result<Built, ReviewError> {
    let prepared = build::prepare(request)?;
    let (outside, files) = outside(&prepared, place)?;
    // Found and hashed in every case: what was answered before counts for this file and no other.
    let compiler = build::compiler(&request.search, &place.tools, &request.settings.version)?;
    let input = prepared.input().hash;
    let out = request.out.join(format!("{input:x}"));
    let started = Instant::now();
    let (earlier, took) = match place.answers.find(&compiler, input, place.fresh) {
        Some(answer) => {
            prepared.accept(&compiler, &answer.text, &out)?;
            (answer.day, Duration::ZERO)
        }
        None => {
            starting(&compiler);
            let answer = prepared.ask(&compiler)?;
            prepared.accept(&compiler, &answer, &out)?;
            place.answers.keep(&compiler, input, &answer)?;
            (None, started.elapsed())
        }
    };
    Ok(Built { out, compiler, earlier, input, outside, files, took })
}

/// The layouts of what was built; why they are not known.
pub(crate) fn kept_layouts(request: &BuildRequest, built: &Built) -> Result<Layouts, String> {
    let request = BuildRequest { out: built.out.clone(), ..request.clone() };
    let kept = keep_layouts_of(&request, &request.contracts, &built.compiler)
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
        search: Search {
            guard: Some(Guard { known: known(place.pinned, &compiler.version.value) }),
            ..place.search.clone()
        },
        force: true,
        within: Some(place.within.clone()),
    }
}

fn outside(
    prepared: &build::Prepared<'_>,
    place: &Workplace,
) -> Result<(Vec<Outside>, Vec<PathBuf>), ReviewError> {
    let mut own = Vec::new();
    for folder in &place.own {
        let failed = |source| payrox_files::FileError::Read { path: folder.clone(), source };
        own.push(folder.canonicalize().map_err(failed)?);
    }
    let mut found = Vec::new();
    let mut files = Vec::new();
    for (unit, file) in prepared.files() {
        files.push(file.to_owned());
        if !own.iter().any(|folder| file.starts_with(folder)) {
            let text = prepared.text(unit).unwrap_or_default();
            found.push(Outside { source: escape(unit), keccak256: keccak256(text) });
        }
    }
    Ok((found, files))
}

/// The chain as it must be for a plan of these sources to be the next one after the parent, and the plan that is active there.
fn before(
    plan: &Plan,
    parent: Option<&Plan>,
    router: Address,
) -> Result<(ChainSnapshot, Option<Parent>), ReviewError> {
    let mut chain = ChainSnapshot { chain_id: plan.chain_id, ..ChainSnapshot::default() };
    if plan.epoch.0 <= 1 {
        return Ok((chain, None));
    }
    if let Some(parent) = parent.filter(|parent| parent.plan_id != plan.parent) {
        return Err(ReviewError::OtherParent { wanted: plan.parent, found: parent.plan_id });
    }
    chain.router = parent.map(|parent| RouterState { manifest: parent.manifest.bytes.to_vec() });
    let known = parent.map(Parent::from).or_else(|| {
        let onchain = plan.parent_onchain()?;
        Some(Parent { onchain, names: Names::default() })
    });
    chain.dispatcher = Some(DispatcherState {
        owner: Address::ZERO,
        pending_owner: Address::ZERO,
        router,
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
        // What the plan before left: no plan raises it.
        floor: Epoch(known.as_ref().map_or(0, |parent| parent.onchain.floor)),
        delay: 0,
    });
    Ok((chain, known))
}
