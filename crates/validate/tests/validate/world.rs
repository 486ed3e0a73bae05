//! The payments example, planned and rehearsed, with one thing changed.

use alloy_primitives::Bytes;
use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_chain::Reasons;
use payrox_config::{Day, Network, Project};
use payrox_execute::{Place, Sandbox, drill};
use payrox_model::{ChainId, ChainSnapshot, Name, Report};
use payrox_plan::{Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use payrox_validate::{Baseline, GasSnapshot, Phase, Seen, Subject};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tempfile::TempDir;

/// The phases whose rules are in this crate and judge what the fixture has.
pub(crate) const PHASES: [Phase; 8] = [
    Phase::Selectors,
    Phase::Abi,
    Phase::Size,
    Phase::Merkle,
    Phase::Gas,
    Phase::Roles,
    Phase::Rollback,
    Phase::Deploy,
];

pub(crate) const TODAY: Day = Day { year: 2026, month: 11, day: 29 };

/// Everything that a subject borrows.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) project: Project,
    pub(crate) network: Network,
    pub(crate) artifacts: ArtifactSet,
    pub(crate) plan: Plan,
    pub(crate) release: ReleaseCode,
    pub(crate) code: BTreeMap<Name, Bytes>,
    pub(crate) baseline: Option<Baseline>,
    pub(crate) seen: Seen,
}

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            payrox_files::write_derived(&place, &fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

impl World {
    /// As it is; made once.
    pub(crate) fn clean() -> Self {
        static CLEAN: OnceLock<World> = OnceLock::new();
        CLEAN.get_or_init(|| Self::made(&example())).clone()
    }

    /// With functions added to the ABI of a facet, and planned anew.
    pub(crate) fn with_functions(facet: &str, functions: &[Value]) -> Self {
        let dir = Self::edited(facet, functions);
        Self::made(dir.path())
    }

    /// The same, while the plan stays as it was.
    pub(crate) fn with_functions_unplanned(facet: &str, functions: &[Value]) -> Self {
        let dir = Self::edited(facet, functions);
        let project = Project::load(&dir.path().join("payrox.toml")).unwrap();
        Self { artifacts: artifacts(dir.path(), &project), ..Self::clean() }
    }

    fn edited(facet: &str, functions: &[Value]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        copy(&example().join("out"), &dir.path().join("out"));
        payrox_files::write_derived(
            &dir.path().join("payrox.toml"),
            &fs::read(example().join("payrox.toml")).unwrap(),
        )
        .unwrap();
        let path = dir.path().join(format!("out/{facet}.sol/{facet}.json"));
        let mut artifact: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for function in functions {
            artifact["abi"].as_array_mut().unwrap().push(function.clone());
            if let Some(known) = artifact["methodIdentifiers"].as_object_mut() {
                let signature = signature(function);
                let selector = payrox_model::Selector::of(&signature).to_string();
                known.insert(signature, selector.trim_start_matches("0x").into());
            }
        }
        payrox_files::write_derived(&path, artifact.to_string().as_bytes()).unwrap();
        dir
    }

    fn made(root: &Path) -> Self {
        let project = Project::load(&root.join("payrox.toml")).unwrap();
        let network = Network::find(root, "local").unwrap();
        let artifacts = artifacts(root, &project);
        let release = ReleaseCode::from(release());
        let sandbox = Sandbox::empty(ChainId(31_338));
        let chain = ChainSnapshot { chain_id: ChainId(31_338), ..ChainSnapshot::default() };
        let inputs = Inputs {
            project: &project,
            network: &network,
            artifacts: &artifacts,
            release: &release,
            chain: &chain,
            parent: None,
        };
        let PlanOutcome::Planned(plan) = plan(inputs, &sandbox).unwrap() else { panic!("nothing to plan") };
        let code = plan.facets.iter().map(|f| (f.name.clone(), sandbox.code(f.address))).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let rehearsed = runtime.block_on(drill(&plan, Place::Empty, &Reasons::default())).unwrap();
        let names = plan.routes.iter().map(|r| (r.selector, r.signature.clone())).collect();
        let seen = Seen {
            today: Some(TODAY),
            gas_snapshot: Some(GasSnapshot::new(&names, &rehearsed.routes)),
            rehearsed: Some(rehearsed),
            ..Seen::default()
        };
        Self { project, network, artifacts, plan, release, code, baseline: None, seen }
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            project: &self.project,
            network: &self.network,
            artifacts: &self.artifacts,
            plan: &self.plan,
            release: &self.release,
            code: &self.code,
            init: None,
            layouts: None,
            baseline: self.baseline.as_ref(),
            seen: &self.seen,
        }
    }

    pub(crate) fn run(&self) -> Report {
        payrox_validate::run(&PHASES, &self.subject())
    }

    /// Code and subject of every finding.
    pub(crate) fn found(&self) -> Vec<String> {
        self.run().findings().map(|finding| format!("{} {}", finding.code, finding.subject)).collect()
    }

    /// The release that is live: this one.
    pub(crate) fn deploy(&mut self) -> &mut Baseline {
        let contract = |name: &Name| {
            let settings = self.project.facet(name).unwrap();
            self.artifacts.get(&settings.contract.to_string()).unwrap().abi.clone()
        };
        self.baseline.insert(Baseline {
            abi: self.plan.facets.iter().map(|f| (f.name.clone(), contract(&f.name))).collect(),
            code: self.code.clone(),
            routes: self.plan.routes.iter().map(|route| route.selector).collect(),
            ..Baseline::default()
        })
    }

    pub(crate) fn rehearsed(&mut self) -> &mut payrox_validate::Rehearsed {
        self.seen.rehearsed.as_mut().unwrap()
    }
}

fn artifacts(root: &Path, project: &Project) -> ArtifactSet {
    let wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    ArtifactSet::read(&Source::at(&root.join("out")), &wanted).unwrap()
}

/// An entry of an ABI, from `fee() view returns (uint16)`.
pub(crate) fn function(text: &str) -> Value {
    serde_json::to_value(alloy_json_abi::AbiItem::parse(&format!("function {text}")).unwrap()).unwrap()
}

fn signature(function: &Value) -> String {
    let types: Vec<_> =
        function["inputs"].as_array().unwrap().iter().map(|i| i["type"].as_str().unwrap()).collect();
    format!("{}({})", function["name"].as_str().unwrap(), types.join(","))
}
