//! The system that the unit groups work on: two facets and an attacker, compiled and committed under `fixtures/`.

use alloy_primitives::{Bytes, U64, hex};
use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_config::{Network, Project};
use payrox_devnet::{CREATE2_DEPLOYER_CODE, DEV_ACCOUNTS, Devnet, DevnetConfig};
use payrox_model::{ChainSnapshot, limits};
use payrox_plan::{Constructor, Creation, Inputs, Parent, Plan, PlanOutcome, ReleaseCode, plan as make};
use serde::Deserialize;
use serde_json::{json, value::to_raw_value};
use std::{io, path::Path};

/// Artifacts by name.
pub(crate) const VAULT: &str = include_str!("../../fixtures/out/Vault.sol/Vault.json");
pub(crate) const LABEL: &str = include_str!("../../fixtures/out/Label.sol/Label.json");
pub(crate) const ATTACKER: &str = include_str!("../../fixtures/out/Attacker.sol/Attacker.json");
pub(crate) const REFUSING: &str = include_str!("../../fixtures/out/Constructors.sol/Refusing.json");
pub(crate) const EMPTY: &str = include_str!("../../fixtures/out/Constructors.sol/Empty.json");
const PROJECT: &str = include_str!("../../fixtures/payrox.toml");

/// Everything a plan of the fixture is made from, apart from the chain.
pub(crate) struct Fixture {
    project: Project,
    network: Network,
    artifacts: ArtifactSet,
    release: ReleaseCode,
}

impl Fixture {
    pub(crate) fn read() -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("payrox-units-").tempdir().map_err(|e| text(&e))?;
        write(folder.path()).map_err(|e| text(&e))?;
        let project = Project::load(&folder.path().join("payrox.toml")).map_err(|e| text(&e))?;
        let network = Network::find(folder.path(), "local").map_err(|e| text(&e))?;
        let wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
        let artifacts =
            ArtifactSet::read(&Source::at(&folder.path().join("out")), &wanted).map_err(|e| text(&e))?;
        Ok(Self { project, network, artifacts, release: ReleaseCode::from(release()) })
    }

    pub(crate) fn plan(&self, chain: &ChainSnapshot, parent: Option<&Parent>) -> Result<PlanOutcome, String> {
        let Self { project, network, artifacts, release } = self;
        let inputs = Inputs { project, network, artifacts, release, chain, parent };
        make(inputs, &Scratch::new()).map_err(|e| text(&e))
    }

    /// The plan of the first release.
    pub(crate) fn first(&self) -> Result<Plan, String> {
        let empty = ChainSnapshot { chain_id: self.network.chain_id, ..ChainSnapshot::default() };
        match self.plan(&empty, None)? {
            PlanOutcome::Planned(plan) => Ok(plan),
            PlanOutcome::NoChanges { .. } => Err("an empty chain is said to serve the plan".into()),
        }
    }
}

fn write(folder: &Path) -> io::Result<()> {
    let files =
        [("out/Vault.sol/Vault.json", VAULT), ("out/Label.sol/Label.json", LABEL), ("payrox.toml", PROJECT)];
    for (file, content) in files {
        payrox_files::write_atomic(&folder.join(file), content.as_bytes()).map_err(io::Error::other)?;
    }
    Ok(())
}

/// The init code in an artifact.
pub(crate) fn artifact(json: &str) -> Result<Bytes, String> {
    #[derive(Deserialize)]
    struct Artifact {
        bytecode: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        object: String,
    }
    let artifact: Artifact = serde_json::from_str(json).map_err(|e| text(&e))?;
    hex::decode(artifact.bytecode.object).map(Bytes::from).map_err(|e| text(&e))
}

/// Runs constructors on a chain of its own, each at its real address: in the deployer's place stands for a moment one that
/// creates whatever it is sent.
struct Scratch(Devnet);

impl Scratch {
    fn new() -> Self {
        Self(Devnet::new(&DevnetConfig::default()))
    }
}

impl Constructor for Scratch {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        let deployer = self.0.code(creation.deployer);
        let data: Bytes = [creation.salt.0.as_slice(), &creation.init_code].concat().into();
        let gas = U64::from(limits::TX_GAS);
        let tx =
            json!([{ "from": DEV_ACCOUNTS[0].address, "to": creation.deployer, "data": data, "gas": gas }]);
        let tx = to_raw_value(&tx).map_err(|e| text(&e))?;
        self.0.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(|e| text(&e))?;
        self.0.request("eth_sendTransaction", Some(&tx)).map_err(|e| e.message)?;
        self.0.set_code(creation.deployer, deployer).map_err(|e| text(&e))?;
        Ok(self.0.code(creation.address))
    }
}

/// An error and its causes on one line.
fn text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}
