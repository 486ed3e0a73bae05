//! One seeded defect: a project, what is wrong with it, and perhaps the release that is live before it.

use crate::chain::Chain;
use alloy_primitives::Bytes;
use payrox_artifacts::{ArtifactSet, Source, layout::Layouts, release};
use payrox_config::{Network, Project};
use payrox_model::{ChainSnapshot, Fault, Name};
use payrox_plan::{Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use payrox_validate::{Baseline, Phase, Seen, Subject, run};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// What is wrong, for people.
    about: String,
    /// The code that finds it; none where nothing is wrong.
    rule: Option<String>,
    /// The network that it is planned for; the embedded chain if none is named.
    network: Option<String>,
    /// What is done to the artifacts after the compiler.
    #[serde(default)]
    replace: Vec<Replace>,
}

/// Text of an artifact in place of other text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replace {
    pub(crate) file: PathBuf,
    pub(crate) from: String,
    pub(crate) to: String,
}

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) rule: Option<String>,
    pub(crate) replace: Vec<Replace>,
    network: String,
}

/// A release of a case, as far as it came.
struct Planned {
    project: Project,
    artifacts: ArtifactSet,
    plan: Plan,
    code: BTreeMap<Name, Bytes>,
}

impl Case {
    pub(crate) fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/defects")
    }

    pub(crate) fn open(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("defect.toml")).unwrap();
        let description: Description =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        assert!(!description.about.is_empty());
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            folder: folder.to_owned(),
            rule: description.rule,
            replace: description.replace,
            network: description.network.unwrap_or_else(|| "local".into()),
        }
    }

    /// What is found, each code once, with what was said.
    pub(crate) fn findings(&self) -> BTreeMap<String, Vec<String>> {
        let now = match self.planned("payrox.toml") {
            Ok(now) => now,
            Err(found) => return BTreeMap::from([found]),
        };
        let layouts = Layouts::read(&self.folder.join("out/layouts.json")).unwrap().unwrap();
        let baseline = self.folder.join("before.toml").is_file().then(|| self.baseline(&layouts));
        let network = self.network();
        let subject = Subject {
            project: &now.project,
            network: &network,
            artifacts: &now.artifacts,
            plan: &now.plan,
            release: &ReleaseCode::from(release()),
            code: &now.code,
            layouts: Some(&layouts),
            baseline: baseline.as_ref(),
            seen: &Seen::default(),
        };
        // Who holds which power is not what these are about.
        let phases: Vec<_> = Phase::ALL.into_iter().filter(|phase| *phase != Phase::Roles).collect();
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for finding in run(&phases, &subject).findings() {
            let said = format!("{}: {}", finding.subject, finding.evidence);
            found.entry(finding.code.0.to_owned()).or_default().push(said);
        }
        found
    }

    fn network(&self) -> Network {
        Network::find(&self.folder, &self.network).unwrap()
    }

    fn planned(&self, file: &str) -> Result<Planned, (String, Vec<String>)> {
        fn refused(fault: &(impl Fault + ToString)) -> (String, Vec<String>) {
            (fault.code().0.to_owned(), vec![fault.to_string()])
        }
        let project = Project::load(&self.folder.join(file)).unwrap();
        let wanted: Vec<_> = project.facets.iter().map(|facet| facet.contract.to_string()).collect();
        let artifacts =
            ArtifactSet::read(&Source::at(&self.folder.join("out")), &wanted).map_err(|e| refused(&e))?;
        let chain = Chain::new();
        let network = self.network();
        let release = ReleaseCode::from(release());
        let snapshot = ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() };
        let (project_, artifacts_) = (&project, &artifacts);
        let inputs = Inputs {
            project: project_,
            network: &network,
            artifacts: artifacts_,
            release: &release,
            chain: &snapshot,
            parent: None,
        };
        let plan = match plan(inputs, &chain).map_err(|e| refused(&e))? {
            PlanOutcome::Planned(plan) => plan,
            other => panic!("{}: {other:?}", self.name),
        };
        let code = plan.facets.iter().map(|facet| (facet.name.clone(), chain.code(facet.address))).collect();
        Ok(Planned { project, artifacts, plan, code })
    }

    fn baseline(&self, layouts: &Layouts) -> Baseline {
        let before = self.planned("before.toml").unwrap_or_else(|why| panic!("{}: {why:?}", self.name));
        let names: Vec<_> = before.artifacts.contracts().iter().map(|c| c.id.to_string()).collect();
        let facets = before.project.facets.iter();
        let abi = facets.map(|facet| {
            let contract = before.artifacts.get(&facet.contract.to_string()).unwrap();
            (facet.name.clone(), contract.abi.clone())
        });
        Baseline {
            abi: abi.collect(),
            layouts: Some(layouts.only(|name| names.iter().any(|known| known == name))),
            code: before.code,
            routes: before.plan.routes.iter().map(|route| route.selector).collect(),
            ..Baseline::default()
        }
    }
}
