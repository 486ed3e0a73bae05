//! Planning the payments example, its constructors' results given, and writing and reading the plan.

use alloy_primitives::{Address, Bytes};
use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_config::{Network, Project};
use payrox_devnet::{CREATE2_DEPLOYER_CODE, Devnet, DevnetConfig};
use payrox_model::ChainSnapshot;
use payrox_plan::{Constructor, Creation, Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use std::{cell::RefCell, collections::BTreeMap, path::PathBuf};

fn main() {
    divan::main();
}

/// Runs each constructor once.
#[derive(Default)]
struct Remembering(RefCell<BTreeMap<Address, Bytes>>);

impl Constructor for Remembering {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        if let Some(code) = self.0.borrow().get(&creation.address) {
            return Ok(code.clone());
        }
        let chain = Devnet::new(&DevnetConfig::default());
        for (address, code) in self.0.borrow().iter() {
            chain.set_code(*address, code.clone()).map_err(|e| e.to_string())?;
        }
        chain.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(|e| e.to_string())?;
        let call = serde_json::json!([{ "from": creation.deployer, "data": creation.init_code }, "latest"]);
        let params = serde_json::value::to_raw_value(&call).map_err(|e| e.to_string())?;
        let answer = chain.request("eth_call", Some(&params)).map_err(|e| e.to_string())?;
        let code: Bytes = serde_json::from_str(answer.get()).map_err(|e| e.to_string())?;
        self.0.borrow_mut().insert(creation.address, code.clone());
        Ok(code)
    }
}

struct Example {
    project: Project,
    network: Network,
    artifacts: ArtifactSet,
    release: ReleaseCode,
    constructor: Remembering,
}

impl Example {
    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments")
    }

    fn artifacts(project: &Project) -> ArtifactSet {
        let wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
        let read = ArtifactSet::read(&Source::at(&Self::folder().join(&*project.artifacts)), &wanted);
        read.unwrap_or_else(|e| panic!("{e}"))
    }

    fn open() -> Self {
        let project = Project::load(&Self::folder().join("payrox.toml")).unwrap_or_else(|e| panic!("{e}"));
        let network = Network::find(&Self::folder(), "local").unwrap_or_else(|e| panic!("{e}"));
        let artifacts = Self::artifacts(&project);
        Self { project, network, artifacts, release: release().into(), constructor: Remembering::default() }
    }

    fn plan(&self) -> Plan {
        let chain = ChainSnapshot { chain_id: self.network.chain_id, ..ChainSnapshot::default() };
        let Self { project, network, artifacts, release, constructor } = self;
        let inputs = Inputs { project, network, artifacts, release, chain: &chain, parent: None };
        match plan(inputs, constructor) {
            Ok(PlanOutcome::Planned(plan)) => plan,
            other => panic!("{other:?}"),
        }
    }
}

#[divan::bench]
fn read_artifacts(bencher: divan::Bencher<'_, '_>) {
    let example = Example::open();
    bencher.bench(|| Example::artifacts(&example.project));
}

#[divan::bench]
fn plan_the_example(bencher: divan::Bencher<'_, '_>) {
    let example = Example::open();
    example.plan();
    bencher.bench_local(|| example.plan());
}

#[divan::bench]
fn write(bencher: divan::Bencher<'_, '_>) {
    let plan = Example::open().plan();
    bencher.bench(|| plan.to_json());
}

#[divan::bench]
fn read_and_check(bencher: divan::Bencher<'_, '_>) {
    let text = Example::open().plan().to_json().unwrap_or_else(|e| panic!("{e}"));
    bencher.bench(|| Plan::from_json("plan.json", &text));
}
