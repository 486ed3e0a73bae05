//! One seeded defect: a project, what is wrong with it, and perhaps the release that is live before it.

use crate::{
    chain::Chain,
    rehearsal::{Forged, Retold, rehearse},
};
use alloy_primitives::Bytes;
use payrox_artifacts::{ArtifactSet, Source, layout::Layouts, release};
use payrox_config::{Network, Project};
use payrox_model::{ChainSnapshot, Fault, Finding, Name, Report, Verdict};
use payrox_plan::{Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use payrox_validate::{Baseline, GasSnapshot, OwnerSeen, Phase, RouteGas, Seen, Subject, run, slither};
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
    /// Whether the gate fails for it, or only warns.
    #[serde(default = "yes")]
    fails: bool,
    /// Checks that must be unknown for it.
    #[serde(default)]
    unknown: Vec<String>,
    /// The network that it is planned for; the embedded chain if none is named.
    network: Option<String>,
    /// Whether it is compiled through Yul, as most are.
    #[serde(default = "through_yul")]
    via_ir: bool,
    /// What is done to the artifacts after the compiler.
    #[serde(default)]
    replace: Vec<Replace>,
    /// Whether the plan is rehearsed.
    #[serde(default)]
    rehearse: bool,
    /// The project file whose calls the committed snapshot of gas is of.
    snapshot: Option<String>,
    /// What the chain shows of the owner. Without it nobody asks who holds which power.
    owner: Option<Owner>,
    /// What is done to the plan.
    forge: Option<Forged>,
    /// What the rehearsal is made to say.
    #[serde(default)]
    retell: Vec<Retold>,
}

const fn through_yul() -> bool {
    true
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    is_contract: bool,
    #[serde(default)]
    is_safe: bool,
    threshold: Option<u64>,
}

fn yes() -> bool {
    true
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
    description: Description,
}

trait Refusal: Fault + ToString {}
impl<T: Fault + ToString> Refusal for T {}

/// A release of a case, as far as it came.
struct Planned {
    project: Project,
    artifacts: ArtifactSet,
    plan: Plan,
    code: BTreeMap<Name, Bytes>,
    init: Option<Bytes>,
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
            description,
        }
    }

    pub(crate) fn rule(&self) -> Option<&str> {
        self.description.rule.as_deref()
    }

    pub(crate) fn via_ir(&self) -> bool {
        self.description.via_ir
    }

    pub(crate) fn replace(&self) -> &[Replace] {
        &self.description.replace
    }

    /// What is found: the code, and what is said of it, with what the check looked at before the first of its findings; and what
    /// else is not as the description says.
    pub(crate) fn findings(&self) -> (Vec<(String, String)>, Vec<String>) {
        let mut now = match self.planned("payrox.toml") {
            Ok(now) => now,
            Err(found) => return (vec![found], Vec::new()),
        };
        if let Some(forged) = self.description.forge {
            forged.before_the_rehearsal(&mut now.plan);
        }
        let seen = self.seen(&now);
        if let Some(forged) = self.description.forge {
            forged.after_the_rehearsal(&mut now.plan);
        }
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
            init: now.init.as_ref(),
            layouts: Some(&layouts),
            baseline: baseline.as_ref(),
            seen: &seen,
        };
        let asked = |phase: &Phase| *phase != Phase::Roles || self.description.owner.is_some();
        let phases: Vec<_> = Phase::ALL.into_iter().filter(asked).collect();
        let report = run(&phases, &subject);
        let odd = self.odd(&report);
        let mut found = Vec::new();
        for check in report.checks {
            let mut head = format!("{} {:?}: {}\n", check.name, check.verdict, check.summary);
            for Finding { code, severity, subject, evidence, hint } in check.findings {
                let hint = hint.unwrap_or_default();
                let text = format!("{code} {severity:?} {subject}\n    {evidence}\n    {hint}");
                found.push((code.0.to_owned(), format!("{}{text}", std::mem::take(&mut head))));
            }
        }
        (found, odd)
    }

    /// Whether it fails, and what is unknown, otherwise than it should.
    fn odd(&self, report: &Report) -> Vec<String> {
        let mut odd = Vec::new();
        let fails = report.checks.iter().any(|check| check.verdict == Verdict::Fail);
        let wanted = self.description.rule.is_some() && self.description.fails;
        if fails != wanted {
            odd.push(format!("`fails` should be {fails}"));
        }
        for name in &self.description.unknown {
            let is = report.checks.iter().find(|check| check.name == *name).map(|check| check.verdict);
            if is != Some(Verdict::Unknown) {
                odd.push(format!("`{name}` is {is:?} and should be unknown"));
            }
        }
        odd
    }

    fn seen(&self, now: &Planned) -> Seen {
        let mut seen = Seen::default();
        if self.description.rehearse {
            let mut rehearsed = rehearse(&now.plan);
            for retold in &self.description.retell {
                retold.tell(&mut rehearsed);
            }
            seen.rehearsed = Some(rehearsed);
        }
        seen.gas_snapshot = self.description.snapshot.as_ref().map(|file| {
            let planned = self.planned(file).unwrap_or_else(|why| panic!("{}: {why:?}", self.name));
            let names = planned.plan.routes.iter().map(|r| (r.selector, r.signature.clone())).collect();
            GasSnapshot::new(&names, &rehearse(&planned.plan).routes)
        });
        let address = now.plan.system.roles.owner;
        seen.owner = self.description.owner.map(|Owner { is_contract, is_safe, threshold }| OwnerSeen {
            address,
            is_contract,
            is_safe,
            threshold,
        });
        if let Ok(printed) = std::fs::read_to_string(self.folder.join("slither.json")) {
            seen.ready.insert(Phase::Source, vec![slither(Ok(&printed))]);
        }
        seen
    }

    fn network(&self) -> Network {
        Network::find(&self.folder, self.description.network.as_deref().unwrap_or("local")).unwrap()
    }

    fn planned(&self, file: &str) -> Result<Planned, (String, String)> {
        // Whatever folder it is in.
        let refused = |fault: &dyn Refusal| {
            let text = fault.to_string().replace(&self.folder.display().to_string(), ".");
            (fault.code().0.to_owned(), format!("{} {text}", fault.code()))
        };
        let project = Project::load(&self.folder.join(file)).unwrap();
        let init = project.init.iter().map(|init| init.contract.to_string());
        let wanted: Vec<_> =
            project.facets.iter().map(|facet| facet.contract.to_string()).chain(init).collect();
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
        let init = plan.init.as_ref().map(|init| chain.code(init.target));
        Ok(Planned { project, artifacts, plan, code, init })
    }

    fn baseline(&self, layouts: &Layouts) -> Baseline {
        let before = self.planned("before.toml").unwrap_or_else(|why| panic!("{}: {why:?}", self.name));
        let names: Vec<_> = before.artifacts.contracts().iter().map(|c| c.id.to_string()).collect();
        let facets = before.project.facets.iter();
        let abi = facets.map(|facet| {
            let contract = before.artifacts.get(&facet.contract.to_string()).unwrap();
            (facet.name.clone(), contract.abi.clone())
        });
        let rehearsed = self.description.rehearse.then(|| rehearse(&before.plan));
        let took = rehearsed
            .into_iter()
            .flat_map(|seen| seen.routes)
            .map(|(route, RouteGas { gas, .. })| (route, gas));
        Baseline {
            abi: abi.collect(),
            gas: took.collect(),
            layouts: Some(layouts.only(|name| names.iter().any(|known| known == name))),
            code: before.code,
            routes: before.plan.routes.iter().map(|route| route.selector).collect(),
            ..Baseline::default()
        }
    }
}
