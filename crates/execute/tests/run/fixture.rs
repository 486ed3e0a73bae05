//! A project folder of its own, the payments example's configuration and artifacts, and a chain.

use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_artifacts::{ArtifactSet, Contract, Source, release};
use payrox_chain::{Endpoint, FeePolicy, Keyring, Reasons, SnapshotQuery, snapshot};
use payrox_config::{Network, Project};
use payrox_devnet::{Clock, Devnet, DevnetConfig};
use payrox_execute::{
    Accounts, ContractInfo, Event, FinalityPolicy, GAS_JUMP, Observer, RunResult, Sandbox, Selection,
    Session, StepOutcome, Stop, Target,
};
use payrox_journal::Identity;
use payrox_model::{ChainSnapshot, DataFee, PlanId};
use payrox_plan::{Inputs, Parent, Plan, PlanOutcome, ReleaseCode};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Mutex,
};
use tempfile::TempDir;

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments")
}

/// A project file of the example; `small.toml` is of these tests: two of the facets.
fn project_file(file: &str) -> PathBuf {
    match file {
        "small.toml" | "small2.toml" => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run").join(file),
        file => example().join(file),
    }
}

/// One project on one chain.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) devnet: Option<Devnet>,
    pub(crate) endpoint: Endpoint,
    network: Network,
    contracts: BTreeMap<String, ContractInfo>,
    reasons: Reasons,
    keyring: Keyring,
}

/// How a run differs from the plainest one.
pub(crate) struct How<'a> {
    pub(crate) keyring: Keyring,
    pub(crate) broadcast: bool,
    pub(crate) wait: bool,
    pub(crate) skip_time: bool,
    pub(crate) room: Option<u64>,
    pub(crate) breaks: Option<u64>,
    pub(crate) retry_failed: bool,
    pub(crate) fees: FeePolicy,
    pub(crate) data_fee: Option<DataFee>,
    pub(crate) finality: FinalityPolicy,
    pub(crate) gas_jump: u64,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) stop: Stop,
}

impl Default for How<'_> {
    fn default() -> Self {
        Self {
            keyring: Keyring::dev(),
            broadcast: true,
            wait: false,
            skip_time: true,
            room: None,
            breaks: None,
            retry_failed: false,
            fees: FeePolicy::default(),
            data_fee: None,
            finality: FinalityPolicy::default(),
            gas_jump: GAS_JUMP,
            observer: &payrox_execute::Silent,
            stop: Stop::default(),
        }
    }
}

/// Remembers every event, and asks to stop at one of them.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) events: Mutex<Vec<Event>>,
    pub(crate) stop: Stop,
    pub(crate) stop_at: Option<usize>,
}

impl Observer for Recorder {
    fn event(&self, event: &Event) {
        let mut events = self.events.lock().unwrap();
        events.push(event.clone());
        if Some(events.len()) == self.stop_at {
            self.stop.request();
        }
    }
}

impl Recorder {
    pub(crate) fn saw(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.events.lock().unwrap().iter().any(wanted)
    }
}

impl World {
    pub(crate) fn local() -> Self {
        // Time by blocks, so that equal runs end in equal states.
        let config = DevnetConfig {
            clock: Clock::Steps,
            genesis_timestamp: Some(1_700_000_000),
            ..DevnetConfig::default()
        };
        Self::on(Devnet::new(&config))
    }

    pub(crate) fn on(devnet: Devnet) -> Self {
        let endpoint = Endpoint::in_process(devnet.client());
        Self::new("local", endpoint, Some(devnet))
    }

    /// The same project and chain, seen through another endpoint.
    pub(crate) fn through(&self, endpoint: Endpoint) -> Self {
        Self::new(self.network.name.as_str(), endpoint, None)
    }

    pub(crate) fn new(network: &str, endpoint: Endpoint, devnet: Option<Devnet>) -> Self {
        let project = Project::load(&example().join("payrox.toml")).unwrap();
        let mut contracts: BTreeMap<_, _> = [
            ("DeterministicChunkFactory", &release().factory),
            ("PayRoxRouterExtension", &release().extension),
            ("ManifestDispatcherImplementation", &release().dispatcher),
            ("PayRoxLauncher", &release().launcher),
            ("ManifestDispatcher", &release().dispatcher),
            ("PayRoxProxyRouter", &release().router),
        ]
        .into_iter()
        .map(|(name, contract)| (name.to_owned(), info(contract)))
        .collect();
        let artifacts = artifacts(&project);
        for facet in &project.facets {
            let contract = artifacts.get(&facet.contract.to_string()).unwrap();
            contracts.insert(facet.name.to_string(), info(contract));
        }
        let reasons = Reasons::new(release().contracts().map(|c| &c.abi));
        let network = Network::find(&example(), network).unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            devnet,
            endpoint,
            network,
            contracts,
            reasons,
            keyring: Keyring::dev(),
        }
    }

    pub(crate) fn devnet(&self) -> &Devnet {
        self.devnet.as_ref().unwrap()
    }

    /// The plan of `payrox.toml`, or of another project file of the example, for the chain as it is.
    pub(crate) async fn plan(&self, file: &str, parent: Option<&Plan>) -> Plan {
        match self.outcome(file, parent).await {
            PlanOutcome::Planned(plan) => plan,
            same => panic!("there is something to plan: {same:?}"),
        }
    }

    pub(crate) async fn outcome(&self, file: &str, parent: Option<&Plan>) -> PlanOutcome {
        let project = Project::load(&project_file(file)).unwrap();
        let artifacts = artifacts(&project);
        let release = release_code();
        let parent = parent.map(Parent::from);
        let mut inputs = Inputs {
            project: &project,
            network: &self.network,
            artifacts: &artifacts,
            release: &release,
            chain: &ChainSnapshot::default(),
            parent: parent.as_ref(),
        };
        let addresses = payrox_plan::addresses(&inputs).unwrap();
        let query =
            SnapshotQuery { addresses: vec![], dispatcher: addresses.dispatcher, router: addresses.router };
        let chain = snapshot(&self.endpoint, &query).await.unwrap();
        inputs.chain = &chain;
        payrox_plan::plan(inputs, &Sandbox::empty(self.network.chain_id)).unwrap()
    }

    pub(crate) async fn run(&self, plan: &Plan, selection: Selection) -> RunResult {
        self.run_as(plan, selection, How::default()).await
    }

    pub(crate) async fn run_as(&self, plan: &Plan, selection: Selection, how: How<'_>) -> RunResult {
        payrox_execute::run(&self.session(plan, &how), plan, &selection).await
    }

    pub(crate) async fn run_with_artifacts(&self, plan: &Plan, artifacts_hash: B256) -> RunResult {
        let how = How::default();
        let session = Session { artifacts_hash, ..self.session(plan, &how) };
        payrox_execute::run(&session, plan, &Selection::All).await
    }

    pub(crate) async fn cancel(&self, plan: &Plan, pending: Option<PlanId>, how: How<'_>) -> RunResult {
        payrox_execute::cancel(&self.session(plan, &how), plan, pending).await
    }

    /// What is known of the accounts of a plan.
    pub(crate) fn accounts<'a>(&'a self, plan: &'a Plan, fees: FeePolicy) -> Accounts<'a> {
        Accounts {
            plan: Some(plan),
            project: self.dir.path(),
            identity: Identity { chain_id: plan.chain_id, system: plan.addresses.dispatcher },
            endpoint: &self.endpoint,
            keyring: &self.keyring,
            fees,
        }
    }

    fn session<'a>(&'a self, plan: &Plan, how: &'a How<'_>) -> Session<'a> {
        Session {
            project: self.dir.path(),
            target: Target {
                name: self.network.name.clone(),
                chain_id: self.network.chain_id,
                skip_time: how.skip_time,
                fees: how.fees,
                data_fee: how.data_fee,
                finality: how.finality,
                gas_jump: how.gas_jump,
            },
            endpoint: &self.endpoint,
            devnet: self.devnet.as_ref(),
            artifacts_hash: plan.artifacts_hash,
            keyring: &how.keyring,
            unsigned: None,
            reasons: &self.reasons,
            contracts: &self.contracts,
            observer: how.observer,
            stop: how.stop.clone(),
            broadcast: how.broadcast,
            wait: how.wait,
            retry_failed: how.retry_failed,
            journal_room: how.room,
            journal_breaks: how.breaks,
        }
    }

    /// Transactions of all accounts with a key.
    pub(crate) fn transactions(&self) -> u64 {
        Keyring::dev().addresses().map(|account| self.devnet().nonce(account)).sum()
    }

    /// Everything of the system that counts: code, and all storage of dispatcher and router.
    pub(crate) fn state(&self, plan: &Plan) -> BTreeMap<Address, (Bytes, BTreeMap<U256, U256>)> {
        let facets = plan.facets.iter().map(|facet| facet.address);
        let addresses = [plan.addresses.factory, plan.addresses.dispatcher, plan.addresses.router];
        addresses
            .into_iter()
            .chain(facets)
            .map(|address| (address, (self.devnet().code(address), self.devnet().storage_of(address))))
            .collect()
    }

    /// Forgets everything that was written down.
    pub(crate) fn lose_the_journal(&self) {
        for folder in ["journal", ".payrox"] {
            let path = self.dir.path().join(folder);
            if path.exists() {
                std::fs::remove_dir_all(path).unwrap();
            }
        }
    }

    /// The whole records of the only writer.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let folder = self.dir.path().join("journal").join(self.network.chain_id.to_string());
        let mut files = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        let file = files.find(|path| path.extension().is_some());
        let text = file.map(|file| std::fs::read_to_string(file).unwrap()).unwrap_or_default();
        // What a crash tore is no record.
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub(crate) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(file)).unwrap()
    }

    pub(crate) fn json(&self, file: &str) -> serde_json::Value {
        serde_json::from_str(&self.text(file)).unwrap()
    }
}

fn info(contract: &Contract) -> ContractInfo {
    ContractInfo { abi: serde_json::to_value(&contract.abi).unwrap(), input_hash: None }
}

fn artifacts(project: &Project) -> ArtifactSet {
    let mut wanted: Vec<String> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    wanted.extend(project.init.iter().map(|init| init.contract.to_string()));
    ArtifactSet::read(&Source::at(&example().join(&project.artifacts.value)), &wanted).unwrap()
}

fn release_code() -> ReleaseCode {
    let code = |contract: &Contract| Bytes::copy_from_slice(contract.creation.template());
    ReleaseCode {
        factory: code(&release().factory),
        extension: code(&release().extension),
        implementation: code(&release().dispatcher),
        launcher: code(&release().launcher),
        router: code(&release().router),
        reserved: release().reserved().into_iter().map(|(s, name)| (s, name.to_owned())).collect(),
    }
}

/// Names of the steps that a run did by transactions.
pub(crate) fn done(result: &RunResult) -> Vec<&str> {
    result.steps.iter().filter(|s| s.outcome == StepOutcome::Done).map(|s| s.name.as_str()).collect()
}

pub(crate) fn code(result: &RunResult) -> &str {
    result.stopped.as_ref().map_or("", |stopped| stopped.code.0)
}
