//! The payments example, the embedded release, and an embedded chain to run constructors and steps on.

use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_sol_types::SolCall;
use payrox_artifacts::{ArtifactSet, Source, release};
use payrox_config::{Network, Project};
use payrox_devnet::{CREATE2_DEPLOYER_CODE, DEV_ACCOUNTS, Devnet, DevnetConfig};
use payrox_model::{
    ActiveState, ChainId, ChainSnapshot, DispatcherState, Epoch, PlanId, Root, RouterState,
    abi::IManifestDispatcher as D,
};
use payrox_plan::{
    Call, Constructor, Creation, Inputs, Parent, PlanError, PlanOutcome, ReleaseCode, Sender, plan,
};
use serde_json::{Value, json, value::to_raw_value};
use std::path::PathBuf;

pub(crate) struct Example {
    project: Project,
    network: Network,
    artifacts: ArtifactSet,
    release: ReleaseCode,
}

pub(crate) fn release_code() -> ReleaseCode {
    release().into()
}

impl Example {
    pub(crate) fn open(file: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments");
        let project = Project::load(&folder.join(file)).unwrap();
        let network = Network::find(&folder, "local").unwrap();
        let wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
        let artifacts = ArtifactSet::read(&Source::at(&folder.join(&*project.artifacts)), &wanted).unwrap();
        Self { project, network, artifacts, release: release_code() }
    }

    pub(crate) fn plan(
        &self,
        chain: &ChainSnapshot,
        parent: Option<&Parent>,
    ) -> Result<PlanOutcome, PlanError> {
        let Self { project, network, artifacts, release } = self;
        let inputs = Inputs { project, network, artifacts, release, chain, parent };
        plan(inputs, &Chain::new())
    }
}

/// An embedded chain, seen as the contracts see it.
pub(crate) struct Chain(pub(crate) Devnet);

impl Chain {
    pub(crate) fn new() -> Self {
        Self(Devnet::new(&DevnetConfig::default()))
    }

    pub(crate) fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let output = self.0.call(Address::ZERO, to, call.abi_encode().into()).unwrap();
        C::abi_decode_returns(&output).unwrap()
    }

    fn request(&self, method: &str, params: Value) -> Value {
        let answer = self.0.request(method, Some(&to_raw_value(&params).unwrap())).unwrap();
        serde_json::from_str(answer.get()).unwrap()
    }

    /// Sends a call as whoever may; whether it succeeded.
    pub(crate) fn send(&self, call: &Call) -> bool {
        let from = match call.sender {
            Sender::Anyone => DEV_ACCOUNTS[9],
            // The bootstrapper stages the first release, and nothing after.
            Sender::Stager if self.is_first(&call.data) => DEV_ACCOUNTS[0],
            Sender::Stager | Sender::Owner => DEV_ACCOUNTS[1],
            Sender::Activator => DEV_ACCOUNTS[0],
            Sender::Guardian => DEV_ACCOUNTS[2],
        };
        let tx = json!({ "from": from.address, "to": call.to, "value": call.value, "data": call.data, "gas": U64::from(16_000_000) });
        let hash: B256 = serde_json::from_value(self.request("eth_sendTransaction", json!([tx]))).unwrap();
        let receipt = self.request("eth_getTransactionReceipt", json!([hash]));
        if receipt["status"] == "0x1" {
            return true;
        }
        // Shown where a test fails: a failed transaction changed nothing, so that the same call gives its reason.
        let reason = self.0.request("eth_call", Some(&to_raw_value(&json!([tx, "latest"])).unwrap()));
        println!("{} used {}: {reason:?}", call.to, receipt["gasUsed"]);
        false
    }

    fn is_first(&self, data: &[u8]) -> bool {
        D::stageCall::abi_decode(data).is_ok_and(|call| call.plan.epoch == 1)
    }

    pub(crate) fn snapshot(&self, chain_id: ChainId, dispatcher: Address) -> ChainSnapshot {
        let active = self.view(dispatcher, &D::activeCall {});
        let status = self.view(dispatcher, &D::statusCall {});
        ChainSnapshot {
            chain_id,
            dispatcher: Some(DispatcherState {
                owner: self.view(dispatcher, &D::ownerCall {}),
                pending_owner: Address::ZERO,
                router: self.view(dispatcher, &D::routerCall {}),
                active: ActiveState {
                    epoch: Epoch(active.epoch),
                    plan_id: PlanId(active.planId),
                    manifest: active.manifest,
                    root: Root(active.root),
                    activated_at: active.activatedAt,
                },
                pending: None,
                paused: status.paused,
                halted: status.halted,
                frozen: status.frozen,
                is_sealed: status.isSealed,
                floor: Epoch(status.floor),
                delay: status.delay,
            }),
            router: Some(RouterState { manifest: self.0.code(active.manifest)[1..].to_vec() }),
            ..ChainSnapshot::default()
        }
    }
}

impl Constructor for Chain {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        // CREATE2 by whoever it will be: for a moment the canonical deployer's code stands there.
        let before = self.0.code(creation.deployer);
        self.0.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).unwrap();
        let data: Bytes = [creation.salt.0.as_slice(), &creation.init_code].concat().into();
        let sent = self.send(&Call {
            sender: Sender::Anyone,
            to: creation.deployer,
            value: Default::default(),
            data,
        });
        self.0.set_code(creation.deployer, before).unwrap();
        if sent { Ok(self.0.code(creation.address)) } else { Err("it reverted".into()) }
    }
}
