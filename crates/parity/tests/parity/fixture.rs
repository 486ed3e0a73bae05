//! Plans, and chains on which they are live.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_config::{Network, Project};
use payrox_devnet::{CREATE2_DEPLOYER_CODE, Devnet, DevnetConfig, Execution};
use payrox_model::{ActiveState, ChainSnapshot, DispatcherState, Epoch, Gas, RouterState, limits};
use payrox_parity::System;
use payrox_plan::{Constructor, Creation, Inputs, Parent, Plan, PlanOutcome, ReleaseCode};
use std::path::{Path, PathBuf};

/// A plan, what it was made from, and the chain after it.
pub(crate) struct Live {
    pub(crate) plan: Plan,
    pub(crate) system: System,
    pub(crate) chain: Devnet,
}

/// Runs constructors at their real addresses: in the deployer's place stands for a moment one that creates what it is sent.
struct Scratch(Devnet);

impl Constructor for Scratch {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        let deployer = self.0.code(creation.deployer);
        let data: Bytes = [creation.salt.0.as_slice(), &creation.init_code].concat().into();
        self.0.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(|e| e.to_string())?;
        let to = TxKind::Call(creation.deployer);
        let call = Execution { to, value: U256::ZERO, data, gas: Gas(limits::TX_GAS) };
        self.0.execute(creation.deployer, call).map_err(|e| e.to_string())?;
        self.0.set_code(creation.deployer, deployer).map_err(|e| e.to_string())?;
        Ok(self.0.code(creation.address))
    }
}

pub(crate) fn payments() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments")
}

/// The first release of a project, live.
pub(crate) fn live(folder: &Path) -> Live {
    planned(folder, "payrox.toml", None)
}

/// A project file's release, after another or as the first.
pub(crate) fn planned(folder: &Path, file: &str, before: Option<&Live>) -> Live {
    let project = Project::load(&folder.join(file)).unwrap();
    let network = Network::find(folder, "local").unwrap();
    let wanted: Vec<_> = project.facets.iter().map(|facet| facet.contract.to_string()).collect();
    let artifacts = ArtifactSet::read(&Source::at(&folder.join(&*project.artifacts)), &wanted).unwrap();
    let release = ReleaseCode::from(release());
    let parent = before.map(|before| Parent::from(&before.plan));
    let chain = match before {
        Some(before) => snapshot(before, &network),
        None => ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() },
    };
    let inputs = Inputs {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        release: &release,
        chain: &chain,
        parent: parent.as_ref(),
    };
    let scratch = Scratch(Devnet::new(&DevnetConfig::default()));
    let PlanOutcome::Planned(plan) = payrox_plan::plan(inputs, &scratch).unwrap() else {
        panic!("there is nothing to change")
    };
    let on = before.map_or_else(|| payrox_parity::empty_chain(network.chain_id), |b| b.chain.clone());
    let chain = payrox_parity::after(&on, &plan).unwrap();
    assert!(payrox_parity::is_active(&chain, &plan));
    let system = System::of(&plan, &artifacts).unwrap();
    Live { plan, system, chain }
}

/// What a planner asks a chain on which the release before is live.
fn snapshot(before: &Live, network: &Network) -> ChainSnapshot {
    let plan = &before.plan;
    let active = ActiveState {
        epoch: plan.epoch,
        plan_id: plan.plan_id,
        manifest: plan.manifest.address,
        root: plan.root,
        activated_at: before.chain.newest().timestamp,
    };
    let roles = &plan.system.roles;
    ChainSnapshot {
        chain_id: network.chain_id,
        dispatcher: Some(DispatcherState {
            owner: roles.owner,
            pending_owner: Address::ZERO,
            router: plan.addresses.router,
            active,
            pending: None,
            paused: false,
            halted: false,
            frozen: false,
            is_sealed: false,
            floor: Epoch(0),
            delay: plan.system.delay,
        }),
        router: Some(RouterState { manifest: plan.manifest.bytes.to_vec() }),
        ..ChainSnapshot::default()
    }
}

/// The guardian pauses the system.
pub(crate) fn pause(live: &Live) {
    use alloy_sol_types::SolCall as _;
    let data = payrox_model::abi::IManifestDispatcher::pauseCall {}.abi_encode().into();
    let to = TxKind::Call(live.plan.addresses.dispatcher);
    let call = Execution { to, value: U256::ZERO, data, gas: Gas(limits::TX_GAS) };
    live.chain.execute(live.plan.system.roles.guardians[0], call).unwrap();
}
