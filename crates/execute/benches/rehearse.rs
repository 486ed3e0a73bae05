//! Planning and rehearsing the payments example in process: from artifacts in memory to a plan that is cleared to be sent.

use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_chain::{Endpoint, FeePolicy, Keyring, Reasons};
use payrox_config::{Network, Project};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_execute::{
    FinalityPolicy, GAS_JUMP, Outcome, Sandbox, Selection, Session, Silent, Stop, Target, run,
};
use payrox_model::ChainSnapshot;
use payrox_plan::{Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use std::{collections::BTreeMap, path::PathBuf};

fn main() {
    divan::main();
}

struct Example {
    project: Project,
    network: Network,
    artifacts: ArtifactSet,
    release: ReleaseCode,
}

impl Example {
    fn open() -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments");
        let project = Project::load(&folder.join("payrox.toml")).unwrap_or_else(|e| panic!("{e}"));
        let network = Network::find(&folder, "local").unwrap_or_else(|e| panic!("{e}"));
        let wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
        let artifacts = ArtifactSet::read(&Source::at(&folder.join(&*project.artifacts)), &wanted);
        let artifacts = artifacts.unwrap_or_else(|e| panic!("{e}"));
        Self { project, network, artifacts, release: release().into() }
    }

    fn plan(&self) -> Plan {
        let chain = ChainSnapshot { chain_id: self.network.chain_id, ..ChainSnapshot::default() };
        let Self { project, network, artifacts, release } = self;
        let inputs = Inputs { project, network, artifacts, release, chain: &chain, parent: None };
        match plan(inputs, &Sandbox::empty(network.chain_id)) {
            Ok(PlanOutcome::Planned(plan)) => plan,
            other => panic!("{other:?}"),
        }
    }

    /// A run that sends nothing: the chain is looked at, the plan tried and cleared.
    async fn rehearse(&self, plan: &Plan, endpoint: &Endpoint) {
        let session = Session {
            project: &PathBuf::new(),
            target: Target {
                name: self.network.name.clone(),
                chain_id: self.network.chain_id,
                skip_time: true,
                fees: FeePolicy::default(),
                data_fee: None,
                finality: FinalityPolicy::default(),
                gas_jump: GAS_JUMP,
            },
            endpoint,
            devnet: None,
            artifacts_hash: self.artifacts.hash(),
            keyring: &Keyring::empty(),
            unsigned: None,
            reasons: &Reasons::new(release().contracts().map(|c| &c.abi)),
            contracts: &BTreeMap::new(),
            observer: &Silent,
            stop: Stop::default(),
            broadcast: false,
            wait: false,
            journal_room: None,
            retry_failed: false,
            journal_breaks: None,
        };
        let result = run(&session, plan, &Selection::All).await;
        assert_eq!(result.outcome, Outcome::Planned, "{:?}", result.stopped);
    }
}

#[divan::bench]
fn plan_and_rehearse(bencher: divan::Bencher<'_, '_>) {
    let example = Example::open();
    let devnet = Devnet::new(&DevnetConfig { chain_id: example.network.chain_id, ..DevnetConfig::default() });
    let endpoint = Endpoint::in_process(devnet.client());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.unwrap_or_else(|e| panic!("{e}"));
    bencher.bench_local(|| runtime.block_on(example.rehearse(&example.plan(), &endpoint)));
}

#[divan::bench]
fn plan_alone(bencher: divan::Bencher<'_, '_>) {
    let example = Example::open();
    bencher.bench_local(|| example.plan());
}
